using System.Text.Json;

namespace EosMLNet.Checkpoints;

/// <summary>
/// One object of a JSON file from outside. Its values are read with the default for what is omitted (or null); a value of the wrong kind is
/// an <see cref="EosException"/> that names the file and the field.
/// </summary>
internal sealed class JsonSection
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 32, AllowDuplicateProperties = false };
    private static readonly JsonElement Nothing = JsonDocument.Parse("{}").RootElement;
    private readonly JsonElement _element;
    private readonly string _path; // of this object within the file: "" or "text_config."

    private JsonSection(string file, JsonElement element, string path) => (File, _element, _path) = (file, element, path);

    /// <summary>The file that this object was read from.</summary>
    internal string File { get; }

    internal static JsonSection Read(string file, long maximumBytes = 16 << 20)
    {
        var info = new FileInfo(file);
        if (!info.Exists)
            throw new EosException(EosErrors.FileMissing, $"'{file}' does not exist; a checkpoint folder in Hugging Face layout has it.");
        if (info.Length > maximumBytes)
            throw new EosException(EosErrors.MalformedJson, $"'{file}' has {info.Length} bytes, more than the {maximumBytes} that a file of its kind may have.");
        try
        {
            using var document = JsonDocument.Parse(System.IO.File.ReadAllBytes(file), Strict);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new EosException(EosErrors.MalformedJson, $"'{file}' holds a JSON {document.RootElement.ValueKind}, expected an object.");
            return new JsonSection(file, document.RootElement.Clone(), "");
        }
        catch (JsonException e)
        {
            throw new EosException(EosErrors.MalformedJson, $"'{file}' is not valid JSON at line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}: {e.Message}", e)
            {
                File = file,
                Line = (int?)(e.LineNumber + 1),
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EosException(EosErrors.FileMissing, $"'{file}' cannot be read: {e.Message}", e) { File = file };
        }
    }

    internal static JsonSection? ReadIfExists(string file, long maximumBytes = 16 << 20) =>
        System.IO.File.Exists(file) ? Read(file, maximumBytes) : null;

    /// <summary>The field's value, or null when it is omitted or null.</summary>
    internal JsonElement? Find(string name) =>
        _element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    internal IEnumerable<string> Names => _element.EnumerateObject().Select(p => p.Name);

    /// <summary>All fields of an object whose values are integers.</summary>
    internal IEnumerable<KeyValuePair<string, int>> Integers() =>
        _element.EnumerateObject().Select(field => KeyValuePair.Create(field.Name, ToInt(field.Value, field.Name)));

    internal int Int(string name, int fallback) => Find(name) is not { } v ? fallback : ToInt(v, name);

    internal double Number(string name, double fallback) =>
        Find(name) is not { } v ? fallback
        : v.ValueKind == JsonValueKind.Number && v.TryGetDouble(out var number) && double.IsFinite(number) ? number
        : throw Wrong(name, v, "a number");

    internal bool Flag(string name, bool fallback) =>
        Find(name) is not { } v ? fallback
        : v.ValueKind is JsonValueKind.True or JsonValueKind.False ? v.GetBoolean()
        : throw Wrong(name, v, "true or false");

    internal string? Text(string name) =>
        Find(name) is not { } v ? null
        : v.ValueKind == JsonValueKind.String ? v.GetString()
        : throw Wrong(name, v, "a string");

    /// <summary>One integer or a list of them.</summary>
    internal int[]? Ints(string name) =>
        Find(name) is not { } v ? null
        : v.ValueKind == JsonValueKind.Array ? [.. v.EnumerateArray().Select(item => ToInt(item, name))]
        : [ToInt(v, name)];

    internal double[]? Numbers(string name) =>
        Find(name) is not { } v ? null
        : v.ValueKind == JsonValueKind.Array && v.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Number)
            ? [.. v.EnumerateArray().Select(item => item.GetDouble())]
        : throw Wrong(name, v, "a list of numbers");

    /// <summary>The nested object; an empty one when it is omitted.</summary>
    internal JsonSection Section(string name) =>
        Find(name) is not { } v ? new(File, Nothing, $"{_path}{name}.")
        : v.ValueKind == JsonValueKind.Object ? new(File, v, $"{_path}{name}.")
        : throw Wrong(name, v, "an object");

    /// <summary>The objects of a list; none when it is omitted.</summary>
    internal IEnumerable<JsonSection> Sections(string name) =>
        Find(name) is not { } v ? []
        : v.ValueKind == JsonValueKind.Array && v.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Object)
            ? v.EnumerateArray().Select((item, i) => new JsonSection(File, item, $"{_path}{name}[{i}]."))
        : throw Wrong(name, v, "a list of objects");

    /// <summary>How messages name a field of this section.</summary>
    internal string Describe(string name) => $"'{_path}{name}' of '{File}'";

    internal EosException Unsupported(string name, object? found, string expected) =>
        new(EosErrors.UnsupportedModel, $"{Describe(name)} is {found ?? "missing"}, expected {expected}.") { File = File };

    private int ToInt(JsonElement v, string name) =>
        v.ValueKind == JsonValueKind.Number && v.TryGetInt32(out var number) ? number : throw Wrong(name, v, "an integer");

    /// <summary>The beginning of a value, for messages.</summary>
    internal static string Excerpt(JsonElement value)
    {
        var text = value.GetRawText();
        return text.Length > 60 ? text[..60] + "..." : text;
    }

    private EosException Wrong(string name, JsonElement found, string expected) =>
        new(EosErrors.MalformedJson, $"{Describe(name)} is {Excerpt(found)}, expected {expected}.") { File = File };
}
