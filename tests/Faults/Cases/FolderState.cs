using System.Security.Cryptography;

namespace Faults.Cases;

/// <summary>The files of a folder, with their hashes. Not locks, which are empty and stay.</summary>
internal sealed record FolderState(IReadOnlyDictionary<string, string> Files)
{
    internal static FolderState Of(string folder)
    {
        string[] files = Directory.Exists(folder) ? Directory.GetFiles(folder, "*", SearchOption.AllDirectories) : [];
        return new(files.Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)).ToDictionary(
            file => Path.GetRelativePath(folder, file), file => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)))));
    }

    /// <summary>In words; empty where there are none.</summary>
    internal string Differences(FolderState before) => string.Join(", ",
    [
        .. before.Files.Keys.Except(Files.Keys).Select(name => $"{name} is gone"),
        .. Files.Keys.Except(before.Files.Keys).Select(name => $"{name} is new"),
        .. Files.Where(file => before.Files.TryGetValue(file.Key, out var hash) && hash != file.Value)
            .Select(file => $"{file.Key} was changed"),
    ]);
}
