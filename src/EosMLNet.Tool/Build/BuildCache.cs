using EosMLNet.Build.Exchange;

namespace EosMLNet.Tool.Build;

/// <summary>
/// What was searched before, by the hash of everything that it depends on: a folder an entry, with a list of its files and their hashes. It
/// outlives <c>clean</c>, and may be copied from machine to machine. An entry appears as a whole or not at all, and is checked before it is
/// used.
/// </summary>
internal sealed class BuildCache(string root, WorkerLog log)
{
    private const string List = "entry.txt";
    private const string Damaged = "damaged";
    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(30);

    /// <summary>
    /// The artifact's path in an entry, that of a folder where there is one; plan and summary lie beside it as they do everywhere.
    /// </summary>
    internal static string Artifact(string folder)
    {
        var path = Path.Combine(folder, "model");
        return path + (Directory.Exists(path) ? ArtifactPaths.Onnx : ArtifactPaths.Zip);
    }

    /// <summary>The folder of an entry whose files all are what its list says; null where there is none.</summary>
    internal string? Find(string key)
    {
        var folder = Folder(key);
        if (!Directory.Exists(folder))
            return null;
        if (Fault(folder) is not { } fault)
            return folder;
        log.High($"{EosErrors.CacheEntry}: the cache entry '{folder}' is damaged: {fault}. It is removed and made again.");
        Remove(folder);
        return null;
    }

    /// <summary>Makes entries that one search gives, through <paramref name="make"/>, which is given an empty folder for each.</summary>
    /// <param name="keys">Their keys.</param>
    /// <param name="search">The search's key: that of its only entry, or of all of them.</param>
    /// <param name="staging">A name that no other process has.</param>
    /// <param name="make">Fills the folders.</param>
    internal void Create(IReadOnlyList<string> keys, string search, string staging, Action<IReadOnlyList<string>> make)
    {
        string[] temporary = [.. keys.Select(key => Path.Combine(root, $"~{key}-{staging}"))];
        Directory.CreateDirectory(root);
        foreach (var abandoned in keys.SelectMany(key => Directory.GetDirectories(root, $"~{key}-*")))
            Directory.Delete(abandoned, recursive: true); // by a process that was killed: this one has the lock
        foreach (var folder in Directory.GetDirectories(root, "~*"))
        {
            // Of other keys' builds: nobody may come back for them, and one that still runs has no lock that this one could look at.
            if (Path.GetFileName(folder).StartsWith($"~{Damaged}-", StringComparison.Ordinal)
                || DateTime.UtcNow - Directory.GetLastWriteTimeUtc(folder) >= KeptFor)
                Delete(folder);
        }
        RemoveKept("*.search.*", KeptFor); // of inputs that nobody has built since
        try
        {
            foreach (var folder in temporary)
                Directory.CreateDirectory(folder);
            make(temporary);
            foreach (var (key, folder) in keys.Zip(temporary))
                Enter(key, folder);
            RemoveKept($"{search}.search.*", TimeSpan.Zero);
        }
        finally
        {
            foreach (var folder in temporary.Where(Directory.Exists))
                Directory.Delete(folder, recursive: true);
        }
    }

    // One of several entries may be there already, where only another one was damaged or taken away.
    private void Enter(string key, string folder)
    {
        var files = Files(folder).Select(name => $"{FileHash.Of(Path.Combine(folder, name))} {name}\n");
        File.WriteAllText(Path.Combine(folder, List), string.Concat(files));
        if (Find(key) is null)
            Directory.Move(folder, Folder(key));
    }

    /// <summary>What the names of files begin with that keep the state of a search that was stopped.</summary>
    internal string Checkpoint(string key) => Path.Combine(root, $"{key}.search");

    /// <summary>Whether there is such a file.</summary>
    internal bool HasCheckpoint(string key) => Directory.Exists(root) && Directory.EnumerateFiles(root, $"{key}.search.*").Any();

    internal string LockFile(string key) => Path.Combine(root, $"{key}.lock");

    private string Folder(string key) => Path.Combine(root, key);

    private static string? Fault(string folder)
    {
        var list = Path.Combine(folder, List);
        if (!File.Exists(list))
            return $"it lacks {List}";
        var lines = File.ReadAllLines(list).Select(line => line.Split(' ', 2)).ToList();
        var artifact = Artifact(folder);
        var needed = Name(folder, ArtifactPaths.IsFolder(artifact) ? ArtifactPaths.ManifestOf(artifact) : artifact);
        if (lines.Any(line => line.Length != 2 || InsideFolder.Resolve(folder, line[1]) is null) || !lines.Any(line => line[1] == needed))
            return $"{List} is malformed";
        if (Files(folder).Except(lines.Select(line => line[1])).FirstOrDefault() is { } other)
            return $"{other} was not stored";
        var wrong = lines.FirstOrDefault(line =>
            !File.Exists(Path.Combine(folder, line[1])) || FileHash.Of(Path.Combine(folder, line[1])) != line[0]);
        return wrong is null ? null : $"{wrong[1]} is missing or has other content than was stored";
    }

    // The files of an entry, as its list names them.
    private static IEnumerable<string> Files(string folder) =>
        ArtifactPaths.All(Artifact(folder)).Where(File.Exists).Select(file => Name(folder, file));

    private static string Name(string folder, string file) => Path.GetRelativePath(folder, file).Replace('\\', '/');

    private void RemoveKept(string pattern, TimeSpan olderThan)
    {
        foreach (var file in Directory.GetFiles(root, pattern).Where(file => DateTime.UtcNow - File.GetLastWriteTimeUtc(file) >= olderThan))
        {
            try
            {
                File.Delete(file);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                log.Low($"{e.Message}"); // somebody else's, perhaps
            }
        }
    }

    private void Remove(string folder)
    {
        var aside = Path.Combine(root, $"~{Damaged}-{Guid.NewGuid():N}"); // at once out of the way, whoever still reads it
        Directory.Move(folder, aside);
        Delete(aside);
    }

    // Two builds may delete the same one; the next build tries again.
    private void Delete(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.Low($"{e.Message}");
        }
    }
}
