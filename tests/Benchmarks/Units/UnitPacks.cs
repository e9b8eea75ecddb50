using System.IO.Compression;

namespace Benchmarks.Units;

/// <summary>
/// Results that were measured on other days and machines, kept in the repository: numbered zips, each with what the ones before it do not
/// have. A report of many hours grows by them, session by session.
/// </summary>
/// <param name="packs">Where the zips are.</param>
/// <param name="results">Where results are: the folder of a <see cref="UnitStore"/>.</param>
internal sealed class UnitPacks(string packs, string results)
{
    private static readonly DateTimeOffset Timestamp = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero); // the same results, the same bytes

    /// <summary>Where the zips are.</summary>
    internal string Folder => packs;

    /// <summary>Puts what zips have beside what is there, the newest of each. What is there stays.</summary>
    internal void Unpack()
    {
        foreach (var (name, content) in Packed())
        {
            var file = Path.Combine(results, name);
            if (File.Exists(file))
                continue;
            Directory.CreateDirectory(results);
            AtomicFile.Write(file, stream => stream.Write(content));
        }
    }

    /// <summary>Writes a zip of what is in none yet, or is otherwise there.</summary>
    /// <returns>How many files are in it; 0 where there is nothing new, and no zip.</returns>
    internal int Pack()
    {
        var packed = Packed();
        // No locks, and nothing that is half written.
        var files = Directory.Exists(results) ? Directory.GetFiles(results).Where(file => Path.GetExtension(file) is ".json" or ".safetensors") : [];
        var fresh = files.Select(file => (Name: Path.GetFileName(file), Content: File.ReadAllBytes(file)))
            .Where(file => !packed.TryGetValue(file.Name, out var old) || !old.AsSpan().SequenceEqual(file.Content))
            .OrderBy(file => file.Name, StringComparer.Ordinal).ToList();
        if (fresh.Count == 0)
            return 0;
        using var written = new MemoryStream();
        using (var zip = new ZipArchive(written, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in fresh)
            {
                var entry = zip.CreateEntry(name, CompressionLevel.SmallestSize);
                entry.LastWriteTime = Timestamp;
                using var stream = entry.Open();
                stream.Write(content);
            }
        }
        Directory.CreateDirectory(packs);
        var number = Numbered().Select(pack => pack.Number).DefaultIfEmpty().Max() + 1;
        AtomicFile.Write(Path.Combine(packs, $"{number}.zip"), stream => written.WriteTo(stream));
        return fresh.Count;
    }

    private IEnumerable<(int Number, string File)> Numbered() => !Directory.Exists(packs) ? []
        : Directory.GetFiles(packs, "*.zip").Select(file => (int.Parse(Path.GetFileNameWithoutExtension(file)), file)).Order();

    // By their names; those of later zips take the place of earlier ones.
    private SortedDictionary<string, byte[]> Packed()
    {
        var all = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var (_, file) in Numbered())
        {
            using var zip = ZipFile.OpenRead(file);
            foreach (var entry in zip.Entries)
            {
                using var content = new MemoryStream();
                using var stream = entry.Open();
                stream.CopyTo(content);
                all[Path.GetFileName(entry.FullName)] = content.ToArray();
            }
        }
        return all;
    }
}
