namespace EosMLNet.Files;

/// <summary>
/// Writes a file as a whole or not at all: what is written goes to a temporary file beside it, which then takes its name. Where a process
/// is killed meanwhile, its temporary file stays; the next writing of the same file removes it, once it is a minute old.
/// </summary>
public static class AtomicFile
{
    private const string Ending = ".tmp";

    // A younger one may be somebody's who has just made it, or who is about to rename it. By the clock of the file system, which may jump.
    private static readonly TimeSpan Abandoned = TimeSpan.FromMinutes(1);

    /// <summary>Writes <paramref name="path"/> through <paramref name="write"/>, making its folder when it is missing.</summary>
    /// <exception cref="EosException">EOS2003: the file cannot be written.</exception>
    public static void Write(string path, Action<Stream> write) => Make([(path, write)], take: true);

    /// <summary>Writes <paramref name="text"/> as UTF-8 without a byte order mark.</summary>
    public static void WriteText(string path, string text) => Write(path, TextWriter(text));

    /// <summary>Finds out whether <see cref="Write"/> could write a file, and leaves the file as it is. Its folder is made.</summary>
    /// <exception cref="EosException">EOS2003: the file cannot be written.</exception>
    public static void CheckWritable(string path) => Make([(path, _ => { })], take: false);

    /// <summary>Writes files that belong together: where one of them cannot be written, all stay as they were.</summary>
    /// <exception cref="EosException">EOS2003: one cannot be written.</exception>
    internal static void WriteTogether(params IReadOnlyList<(string Path, Action<Stream> Write)> files) =>
        Make(files, take: true);

    /// <summary>What writes a text.</summary>
    internal static Action<Stream> TextWriter(string text) => stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text));

    private static void Make(IReadOnlyList<(string Path, Action<Stream> Write)> files, bool take)
    {
        (string Target, string Temporary, Action<Stream> Write)[] parts = [.. files
            .Select(file => (Target: Path.GetFullPath(file.Path), file.Write))
            .Select(file => (file.Target, $"{file.Target}.{Guid.NewGuid():N}{Ending}", file.Write))];
        var current = "";
        try
        {
            foreach (var (target, temporary, write) in parts)
            {
                current = target;
                if (Directory.Exists(target))
                    throw new IOException("It is a folder; expected the name of a file.");
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                using var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16);
                RemoveAbandoned(target, temporary); // first, since they take room
                write(stream);
            }
            foreach (var (target, temporary, _) in parts.Where(_ => take))
            {
                current = target;
                File.Move(temporary, target, overwrite: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EosException(EosErrors.CannotWrite,
                $"'{current}' cannot be written: {e.Message} Check that the folder is writable and has room.", e);
        }
        finally
        {
            // Not after the rename, and not where the folder could not be made.
            foreach (var part in parts.Where(part => File.Exists(part.Temporary)))
                File.Delete(part.Temporary);
        }
    }

    private static void RemoveAbandoned(string target, string own)
    {
        var now = File.GetLastWriteTimeUtc(own);
        var start = Path.GetFileName(target) + ".";
        var visible = new EnumerationOptions { IgnoreInaccessible = true, AttributesToSkip = 0 }; // some folders may be written, not read
        foreach (var other in Directory.EnumerateFiles(Path.GetDirectoryName(target)!, "*" + Ending, visible))
        {
            var name = Path.GetFileName(other.AsSpan());
            if (!name.StartsWith(start, StringComparison.Ordinal) || !Guid.TryParseExact(name[start.Length..^Ending.Length], "N", out _)
                || (now - File.GetLastWriteTimeUtc(other)).Duration() < Abandoned)
                continue;
            try
            {
                // Whoever writes it has it to himself; then this fails, and it stays.
                new FileStream(other, FileMode.Open, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose).Dispose();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // somebody's, or another user's
            }
        }
    }
}
