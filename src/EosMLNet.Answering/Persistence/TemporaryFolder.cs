using System.Collections.Concurrent;

namespace EosMLNet;

/// <summary>
/// A folder of this process alone. It is deleted when it is disposed; where nobody disposes it (ML.NET programs seldom dispose a model),
/// when it is collected, and at the latest when the process exits.
/// </summary>
internal sealed class TemporaryFolder : IDisposable
{
    private static readonly ConcurrentDictionary<string, bool> Living = new();

    static TemporaryFolder() => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        foreach (var path in Living.Keys)
            Delete(path);
    };

    public TemporaryFolder()
    {
        Path = Directory.CreateTempSubdirectory("eosmlnet-").FullName;
        Living[Path] = true;
    }

    ~TemporaryFolder() => Delete(Path);

    public string Path { get; }

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose()
    {
        Delete(Path);
        GC.SuppressFinalize(this);
    }

    private static void Delete(string path)
    {
        if (!Living.TryRemove(path, out _))
            return;
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Someone else (a virus scanner) holds a file. It is in the system's temporary folder, which is cleaned anyway; nothing depends
            // on it.
        }
    }
}
