namespace EosMLNet.Files;

/// <summary>Paths that files from outside name: they may not lead out of the folder they start from.</summary>
public static class InsideFolder
{
    /// <summary>The full path, or null where the path is empty, invalid or leads out of the folder.</summary>
    public static string? Resolve(string folder, string path)
    {
        if (path.Length == 0 || path.Contains('\0'))
            return null;
        var root = Path.GetFullPath(folder);
        if (!Path.EndsInDirectorySeparator(root))
            root += Path.DirectorySeparatorChar;
        var full = Path.GetFullPath(Path.Combine(root, path));
        return full.StartsWith(root, StringComparison.Ordinal) ? full : null;
    }
}
