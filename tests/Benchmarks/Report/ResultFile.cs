using System.Text.Json;

namespace Benchmarks.Report;

/// <summary>Results as JSON files, which are written whole or not at all.</summary>
internal static class ResultFile
{
    /// <summary>How they are written.</summary>
    internal static readonly JsonSerializerOptions Readable = new(JsonSerializerDefaults.Web) { WriteIndented = true, NewLine = "\n" };

    /// <summary>What an earlier run wrote; null where none has.</summary>
    internal static T? Load<T>(string path) where T : class => File.Exists(path) ? JsonSerializer.Deserialize<T>(File.ReadAllText(path), Readable) : null;

    internal static void Save<T>(string path, T results) => AtomicFile.WriteText(path, JsonSerializer.Serialize(results, Readable) + "\n");
}
