using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EosMLNet.Tool.Build;

/// <summary>Makes an ML.NET zip independent of when and where it was written, and puts the provenance into it.</summary>
internal static class ArtifactZip
{
    private const string Manifest = "Manifest.json";
    private static readonly DateTimeOffset Epoch = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero); // the earliest that a zip can say

    internal static void Normalise(string path, BuildProvenance provenance)
    {
        var temporary = path + ".normal";
        using (var source = ZipFile.OpenRead(path))
        using (var target = ZipFile.Open(temporary, ZipArchiveMode.Create))
        {
            foreach (var entry in source.Entries.OrderBy(entry => entry.FullName, StringComparer.Ordinal))
                Copy(entry, target);
            Write(target, BuildProvenance.EntryName, provenance.ToBytes());
        }
        File.Move(temporary, path, overwrite: true);
    }

    private static void Copy(ZipArchiveEntry entry, ZipArchive target)
    {
        if (entry.Name == Manifest)
        {
            Write(target, entry.FullName, WithoutPaths(entry));
            return;
        }
        using var from = entry.Open();
        using var to = Entry(target, entry.FullName);
        from.CopyTo(to);
    }

    // Weights too large for the zip are referred to by where they lay on the build machine, which is nobody's business: EOS_MODEL_PATH says
    // where they are.
    private static byte[] WithoutPaths(ZipArchiveEntry entry)
    {
        using var stream = entry.Open();
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        var bytes = copy.ToArray();
        if (JsonNode.Parse(bytes) is not JsonObject manifest || manifest["checkpoint"] is null)
            return bytes;
        manifest["checkpoint"] = new JsonObject { ["path"] = "" };
        return JsonSerializer.SerializeToUtf8Bytes(manifest);
    }

    private static void Write(ZipArchive target, string name, byte[] bytes)
    {
        using var stream = Entry(target, name);
        stream.Write(bytes);
    }

    private static Stream Entry(ZipArchive target, string name)
    {
        var entry = target.CreateEntry(name, CompressionLevel.Optimal);
        entry.LastWriteTime = Epoch;
        return entry.Open();
    }
}
