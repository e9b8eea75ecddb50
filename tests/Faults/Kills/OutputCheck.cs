using System.Security.Cryptography;

namespace Faults.Kills;

/// <summary>Looks at what work has written: whole, absent or left over.</summary>
/// <param name="kind">The kind of work.</param>
/// <param name="place">Where it was done.</param>
/// <param name="whole">The files of a run that nobody broke, by name, with their hashes.</param>
internal sealed class OutputCheck(KillKind kind, KillPlace place, IReadOnlyDictionary<string, string> whole)
{
    /// <summary>The files of the output, by name, with their hashes.</summary>
    internal static Dictionary<string, string> Hashes(KillPlace place) =>
        Files(place).ToDictionary(file => Path.GetRelativePath(place.Output, file), HashOf);

    /// <summary>
    /// After a kill: every file is that of an unbroken run, or can be opened, or is left over for the next run to remove.
    /// </summary>
    internal OutputState AfterKill()
    {
        List<string> faults = [], left = [.. Beside()];
        var (files, refused) = (0, 0);
        foreach (var file in Files(place))
        {
            var name = Path.GetRelativePath(place.Output, file);
            if (!whole.ContainsKey(name) && !kind.Varies(file))
            {
                left.Add(file);
                continue;
            }
            files++;
            if (!kind.Varies(file))
            {
                if (whole[name] != HashOf(file))
                    faults.Add($"{name} is not whole after a kill");
                continue;
            }
            try
            {
                kind.Open(file);
            }
            catch (EosException e) when (kind.WritesInPlace)
            {
                refused += e.Code == EosErrors.ModelArtifact ? 1 : 0;
                if (e.Code != EosErrors.ModelArtifact)
                    faults.Add($"{name} is half after a kill, and refused with {e.Code}");
            }
            catch (Exception e)
            {
                faults.Add($"{name} cannot be opened after a kill: {e.GetType().Name} {e.Message}");
            }
        }
        return new(files, left, refused, faults);
    }

    /// <summary>After a run that came to its end: all files are those of an unbroken run, and nothing else is there.</summary>
    internal IReadOnlyList<string> AfterEnd()
    {
        var found = Hashes(place);
        return
        [
            .. whole.Keys.Except(found.Keys).Select(name => $"{name} is missing after a run to the end"),
            .. found.Keys.Except(whole.Keys).Select(name => $"{Shown(name)} is still there after a run to the end"),
            .. found.Where(file => whole.TryGetValue(file.Key, out var hash) && hash != file.Value && !kind.Varies(file.Key))
                .Select(file => $"{file.Key} is not that of an unbroken run"),
            .. Beside().Select(path => $"{Shown(Path.GetFileName(path))} is still there after a run to the end"),
        ];
    }

    // What is temporary outside of the output: in the folder for that, and in caches by its name.
    private IEnumerable<string> Beside() =>
    [
        .. Directory.GetFileSystemEntries(place.Temporary).Where(path => !kind.WritesInPlace || !IsOthers(Path.GetFileName(path))),
        .. Directory.GetFileSystemEntries(place.Beside, "~*"), .. Directory.GetFileSystemEntries(place.Beside, "*.tmp"),
    ];

    // ML.NET's, of ml.Model.Save.
    private static bool IsOthers(string name) => name.StartsWith("ml_dotnet", StringComparison.Ordinal);

    // Names at random would make every fault another one.
    private static string Shown(string name) => System.Text.RegularExpressions.Regex.Replace(name, "[0-9a-f]{32,}", "…");

    private static IEnumerable<string> Files(KillPlace place) => Directory.GetFiles(place.Output, "*", SearchOption.AllDirectories);

    private static string HashOf(string file)
    {
        using var stream = File.OpenRead(file);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
