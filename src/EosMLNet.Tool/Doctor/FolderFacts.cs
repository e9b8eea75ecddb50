namespace EosMLNet.Tool.Doctor;

/// <summary>A folder that files are written to, and the room there is.</summary>
/// <param name="What">What it is for.</param>
/// <param name="Path">The folder, which need not be there yet.</param>
/// <param name="FreeBytes">What can still be written; null where the system does not tell.</param>
internal sealed record FolderFacts(string What, string Path, long? FreeBytes)
{
    // Large models take more; the samples' take a hundredth.
    private const long Little = 1L << 30;

    internal static IReadOnlyList<FolderFacts> All() =>
    [
        Of("Working folder", Environment.CurrentDirectory),
        Of("Temporary files", System.IO.Path.GetTempPath()),
        Of("Caches",
            Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify)),
        .. Environment.GetEnvironmentVariable("EOS_CACHE_DIR") is { Length: > 0 } cache
            ? new[] { Of("EOS_CACHE_DIR", cache) } : [],
    ];

    internal static FolderFacts Of(string what, string path)
    {
        try
        {
            var folder = System.IO.Path.GetFullPath(path.Length > 0 ? path : ".");
            var there = folder;
            while (!Directory.Exists(there) && System.IO.Path.GetDirectoryName(there) is { } parent)
                there = parent;
            return new(what, folder, new DriveInfo(there).AvailableFreeSpace);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return new(what, path, null);
        }
    }

    /// <summary>Whether there is so little room that large models cannot be saved.</summary>
    internal bool IsNarrow => FreeBytes < Little;
}
