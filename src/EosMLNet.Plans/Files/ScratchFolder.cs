using System.Collections.Concurrent;
using System.Formats.Tar;

namespace EosMLNet.Files;

/// <summary>
/// A folder of this process alone, for files that nobody needs afterwards. It goes when it is disposed; where nobody disposes it (ML.NET
/// programs seldom dispose a model), when it is collected, and at the latest when the process exits. Where the process is killed, the next
/// such folder in the same place removes it: a file in it is locked as long as its process lives.
/// </summary>
public sealed class ScratchFolder : IDisposable
{
    private const string LockFile = ".lock";
    private static readonly TimeSpan Abandoned = TimeSpan.FromMinutes(1); // of one whose process was killed before it had a lock
    private static readonly ConcurrentDictionary<string, FileStream> Living = new();

    static ScratchFolder() => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        foreach (var path in Living.Keys)
            Delete(path);
    };

    /// <summary>Makes a folder among the system's temporary files, which nobody else may enter.</summary>
    /// <exception cref="EosException">EOS2003: it cannot be made.</exception>
    public ScratchFolder()
        : this(System.IO.Path.GetTempPath(), "eosmlnet-", () => Directory.CreateTempSubdirectory("eosmlnet-"))
    {
    }

    /// <summary>Makes a folder beside what its files will become, so that they can be moved there.</summary>
    /// <param name="parent">The folder that it is made in; made when it is missing.</param>
    /// <param name="prefix">What its name begins with. Folders of this name that no process has any more are removed.</param>
    /// <exception cref="EosException">EOS2003: it cannot be made.</exception>
    public ScratchFolder(string parent, string prefix)
        : this(parent, prefix, () => Directory.CreateDirectory(System.IO.Path.Combine(parent, $"{prefix}{Guid.NewGuid():N}")))
    {
    }

    private ScratchFolder(string parent, string prefix, Func<DirectoryInfo> make)
    {
        try
        {
            Path = make().FullName;
            Living[Path] = Lock(Path, FileMode.CreateNew);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            GC.SuppressFinalize(this);
            throw new EosException(EosErrors.CannotWrite,
                $"No folder for temporary files can be made in '{parent}': {e.Message} Check that it is writable and has room.", e);
        }
        if (!CanLock(Path)) // as on some disks of a network: nobody could tell which folders are in use
            return;
        var visible = new EnumerationOptions { IgnoreInaccessible = true, AttributesToSkip = 0 };
        foreach (var other in Directory.EnumerateDirectories(parent, prefix + "*", visible).Where(other => !Living.ContainsKey(other)))
            RemoveIfAbandoned(other);
    }

    /// <summary>Deletes it where nobody has.</summary>
    ~ScratchFolder() => Delete(Path);

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The path of a file in it.</summary>
    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>The files that were put into it, and into folders of it.</summary>
    public IEnumerable<string> Files =>
        Directory.EnumerateFiles(Path, "*", SearchOption.AllDirectories).Where(file => file != this[LockFile]);

    /// <inheritdoc/>
    public void Dispose()
    {
        Delete(Path);
        GC.SuppressFinalize(this);
    }

    private static void Delete(string path)
    {
        if (!Living.TryRemove(path, out var held))
            return;
        held.Dispose();
        Remove(path, recursive: true);
    }

    private void RemoveIfAbandoned(string other)
    {
        try
        {
            // Others may put folders of such a name among the temporary files, and change them while they are deleted.
            if (OwnerOf(other) != OwnerOf(Path))
                return;
            Lock(other, FileMode.Open).Dispose();
            Remove(other, recursive: true);
        }
        catch (FileNotFoundException)
            when ((Directory.GetLastWriteTimeUtc(Path) - Directory.GetLastWriteTimeUtc(other)).Duration() > Abandoned)
        {
            Remove(other, recursive: false); // only where it is empty: before 0.2 there were no locks
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // in use, or another user's
        }
    }

    // Where it cannot be deleted, someone else (a virus scanner) holds a file; nothing depends on it, and the next process tries again.
    private static void Remove(string path, bool recursive)
    {
        try
        {
            Directory.Delete(path, recursive);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // see above
        }
    }

    private static bool CanLock(string path)
    {
        try
        {
            Lock(path, FileMode.Open).Dispose();
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static FileStream Lock(string path, FileMode mode) =>
        new(System.IO.Path.Combine(path, LockFile), mode, FileAccess.ReadWrite, FileShare.None, 1);

    // .NET tells a file's owner to archives alone.
    private static int OwnerOf(string path)
    {
        using var header = new MemoryStream();
        using (var writer = new TarWriter(header, leaveOpen: true))
            writer.WriteEntry(path, "folder");
        header.Position = 0;
        using var reader = new TarReader(header);
        return reader.GetNextEntry()!.Uid;
    }
}
