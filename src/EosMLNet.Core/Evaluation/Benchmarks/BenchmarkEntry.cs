using System.Text.Json;

namespace EosMLNet.Evaluation.Benchmarks;

/// <summary>
/// One JSON object of a benchmark's file, and where it stands. A field that is missing or of another kind is EOS1011 with that place.
/// </summary>
/// <param name="File">The file.</param>
/// <param name="Line">The object's line in it; null in a file that is one object or list.</param>
/// <param name="Entry">The object's place in such a file, as <c>entry 3</c>; empty where there is a line.</param>
/// <param name="Element">The object.</param>
internal sealed record BenchmarkEntry(string File, int? Line, string Entry, JsonElement Element)
{
    /// <summary>A text that is not empty; a number counts as one.</summary>
    internal string Text(string name) =>
        Optional(name) is { Length: > 0 } text ? text : throw Bad($"'{name}' is missing or empty, expected a text");

    /// <summary>A text, or null where it is missing.</summary>
    internal string? Optional(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } v => v.GetString(),
        { ValueKind: JsonValueKind.Number } v => v.GetRawText(),
        { } v => throw Bad($"'{name}' is a JSON {v.ValueKind}, expected a text"),
    };

    /// <summary>One text or a list of them; at least one.</summary>
    internal string[] Texts(string name) =>
        TextsOrNone(name) is { Length: > 0 } texts ? texts : throw Bad($"'{name}' is missing or empty, expected a list of texts");

    /// <summary>One text or a list of them, none where it is missing.</summary>
    internal string[] TextsOrNone(string name) => Find(name) switch
    {
        null => [],
        { ValueKind: JsonValueKind.Array } v => [.. v.EnumerateArray().Select(item => item.ValueKind switch
        {
            JsonValueKind.String => item.GetString()!,
            JsonValueKind.Number => item.GetRawText(),
            _ => throw Bad($"'{name}' holds a JSON {item.ValueKind}, expected texts"),
        })],
        _ => [Text(name)],
    };

    /// <summary>A whole number from 0 to <paramref name="end"/>, exclusive.</summary>
    internal int Index(string name, int end) =>
        Find(name) is { ValueKind: JsonValueKind.Number } v && v.TryGetInt32(out var index) && index >= 0 && index < end
            ? index : throw Bad($"'{name}' is not a whole number from 0 to {end - 1}");

    /// <summary>The object under a name.</summary>
    internal BenchmarkEntry Section(string name) =>
        Find(name) is { ValueKind: JsonValueKind.Object } v ? this with { Element = v }
            : throw Bad($"'{name}' is missing, expected an object");

    internal EosException Bad(string what) => Line is { } line
        ? EosException.At(EosErrors.DatasetRow, File, line, $"{what}. {GetAnew}")
        : new(EosErrors.DatasetRow, $"'{File}'{(Entry.Length > 0 ? " " + Entry : "")}: {what}. {GetAnew}") { File = File };

    private const string GetAnew = "Get the benchmark's files anew; build/docs/benchmarks-data.md says which.";

    private JsonElement? Find(string name)
    {
        if (Element.ValueKind != JsonValueKind.Object)
            throw Bad($"a JSON {Element.ValueKind}, expected an object");
        return Element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }
}
