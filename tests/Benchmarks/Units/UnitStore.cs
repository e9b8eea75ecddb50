using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Benchmarks.Units;

/// <summary>The results of units, one JSON file each, so that a run that was killed goes on where it was. Several processes may share a folder.</summary>
internal sealed class UnitStore(string folder)
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true };

    /// <summary>Where results are.</summary>
    internal string Folder => folder;

    /// <summary>Where a unit keeps a file of its own.</summary>
    internal string PathOf(string key, string ending = ".json") => Path.Combine(folder, key.Replace('/', '~') + ending);

    /// <summary>Whether there is a result of the very inputs that the unit has now.</summary>
    internal bool IsDone(Unit unit) => Document(unit.Key)?["inputs"]?.GetValue<string>() == Hash(unit.Inputs());

    /// <summary>The keys of the units that are done, and with them all that they need.</summary>
    /// <param name="units">The units; those that are needed come before those that need them.</param>
    internal IReadOnlySet<string> Done(IEnumerable<Unit> units)
    {
        var done = new HashSet<string>();
        foreach (var unit in units)
        {
            if (unit.Needs.All(done.Contains) && IsDone(unit))
                done.Add(unit.Key);
        }
        return done;
    }

    /// <summary>The result of a unit, whatever its inputs were; <see langword="null"/> where there is none.</summary>
    internal T? Read<T>(string key) where T : class => Document(key)?["result"].Deserialize<T>();

    /// <summary>Keeps a result: as a whole, or not at all.</summary>
    internal void Write(Unit unit, object result) => AtomicFile.WriteText(PathOf(unit.Key), new JsonObject
    {
        ["key"] = unit.Key,
        ["inputs"] = Hash(unit.Inputs()),
        ["result"] = JsonSerializer.SerializeToNode(result),
    }.ToJsonString(Readable) + "\n");

    /// <summary>Takes a unit for this process until disposed of; <see langword="null"/> where another has it. A process that dies leaves nothing locked.</summary>
    internal IDisposable? Claim(Unit unit)
    {
        Directory.CreateDirectory(folder);
        try
        {
            return new FileStream(PathOf(unit.Key, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    // A file that is no result, for whatever reason, is a result that is missing.
    private JsonNode? Document(string key)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllText(PathOf(key)));
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            return null;
        }
    }

    private static string Hash(string inputs) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(inputs)));
}
