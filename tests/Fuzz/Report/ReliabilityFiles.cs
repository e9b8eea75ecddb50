using System.Text.Json;
using System.Text.Json.Nodes;
using Benchmarks.Report;

namespace Fuzz.Report;

/// <summary><c>reliability.md</c> and <c>.json</c>, which have sections that other programs write.</summary>
internal static class ReliabilityFiles
{
    private const string Title = "# Reliability\n\nWhat was done to break it, and how often. Each section says which command writes it.\n";

    /// <summary>Where both are in the repository.</summary>
    internal static string Folder => Repository.At("build", "docs", "benchmarks");

    /// <summary>Writes one section anew, and leaves all others as they are.</summary>
    /// <param name="folder">The folder of both.</param>
    /// <param name="name">The section's name in the JSON file.</param>
    /// <param name="content">Its numbers.</param>
    /// <param name="heading">The section's heading, <c>## …</c>.</param>
    /// <param name="section">Its text, which begins with the heading.</param>
    internal static void Write<T>(string folder, string name, T content, string heading, string section)
    {
        var (json, page) = (Path.Combine(folder, "reliability.json"), Path.Combine(folder, "reliability.md"));
        var numbers = File.Exists(json) ? JsonNode.Parse(File.ReadAllText(json))!.AsObject() : [];
        numbers[name] = JsonSerializer.SerializeToNode(content, ResultFile.Readable);
        AtomicFile.WriteText(json, numbers.ToJsonString(ResultFile.Readable) + "\n");
        AtomicFile.WriteText(page, Replaced(File.Exists(page) ? File.ReadAllText(page) : Title, heading, section));
    }

    /// <summary>The numbers of a section, as they were written last; null where there are none. Runs on a new machine go on from them.</summary>
    internal static T? Read<T>(string name, string? folder = null) where T : class
    {
        var json = Path.Combine(folder ?? Folder, "reliability.json");
        return File.Exists(json) ? JsonNode.Parse(File.ReadAllText(json))![name].Deserialize<T>(ResultFile.Readable) : null;
    }

    /// <summary>A page with one section in the place of an older one, or at its end.</summary>
    internal static string Replaced(string page, string heading, string section)
    {
        var start = page.IndexOf($"\n{heading}\n", StringComparison.Ordinal) + 1;
        if (start == 0)
            return $"{page.TrimEnd()}\n\n{section}";
        var end = page.IndexOf("\n## ", start, StringComparison.Ordinal);
        return page[..start] + section + (end < 0 ? "" : page[end..]);
    }
}
