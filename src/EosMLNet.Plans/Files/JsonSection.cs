using System.Text.Json;

namespace EosMLNet.Files;

/// <summary>
/// One object of a JSON file from outside. Its values are read with the default for what is omitted (or null); a value of the wrong kind is
/// an <see cref="EosException"/> that names the file and the field.
/// </summary>
public sealed class JsonSection
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 32, AllowDuplicateProperties = false };
    private static readonly JsonElement Nothing = JsonDocument.Parse("{}").RootElement;
    private readonly JsonElement _element;
    private readonly string _path; // of this object within the file: "" or "text_config."

    private JsonSection(string file, JsonElement element, string path) => (File, _element, _path) = (file, element, path);

    /// <summary>The file that this object was read from.</summary>
    public string File { get; }

    /// <summary>Reads a file that holds one object.</summary>
    /// <param name="file">The file.</param>
    /// <param name="maximumBytes">The most that it may have.</param>
    /// <exception cref="EosException">EOS1001: there is no such file. EOS1008: it is larger, or not a JSON object.</exception>
    public static JsonSection Read(string file, long maximumBytes = 16 << 20)
    {
        var info = new FileInfo(file);
        if (!info.Exists)
            throw new EosException(EosErrors.FileMissing, $"'{file}' does not exist; a checkpoint folder in Hugging Face layout has it.");
        if (info.Length > maximumBytes)
            throw new EosException(EosErrors.MalformedJson,
                $"'{file}' has {info.Length} bytes, more than the {maximumBytes} that a file of its kind may have.");
        try
        {
            var root = JsonText.Parse(System.IO.File.ReadAllBytes(file), Strict);
            return root.ValueKind == JsonValueKind.Object ? new JsonSection(file, root, "")
                : throw new EosException(EosErrors.MalformedJson, $"'{file}' holds a JSON {root.ValueKind}, expected an object.");
        }
        catch (JsonException e)
        {
            throw new EosException(EosErrors.MalformedJson,
                $"'{file}' is not valid JSON at line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}: {e.Message}", e)
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

    /// <summary>The same; null where there is no such file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="maximumBytes">The most that it may have.</param>
    /// <exception cref="EosException">EOS1008: it is larger, or not a JSON object.</exception>
    public static JsonSection? ReadIfExists(string file, long maximumBytes = 16 << 20) =>
        System.IO.File.Exists(file) ? Read(file, maximumBytes) : null;

    /// <summary>The field's value, or null when it is omitted or null.</summary>
    public JsonElement? Find(string name) =>
        _element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>The names of the fields.</summary>
    public IEnumerable<string> Names => _element.EnumerateObject().Select(p => p.Name);

    /// <summary>A whole number.</summary>
    /// <exception cref="EosException">EOS1008: the field holds something else.</exception>
    public int Int(string name, int fallback) => Find(name) is not { } v ? fallback : ToInt(v, name);
    /// <summary>All fields of an object whose values are integers.</summary>
    /// <exception cref="EosException">EOS1008: a field holds something else.</exception>
    public IEnumerable<KeyValuePair<string, int>> Integers() =>
        _element.EnumerateObject().Select(field => KeyValuePair.Create(field.Name, ToInt(field.Value, field.Name)));

    /// <summary>A finite number.</summary>
    /// <exception cref="EosException">EOS1008: the field holds something else.</exception>
    public double Number(string name, double fallback) =>
        Find(name) is not { } v ? fallback
        : v.ValueKind == JsonValueKind.Number && v.TryGetDouble(out var number) && double.IsFinite(number) ? number
        : throw Wrong(name, v, "a number");

    /// <summary>True or false.</summary>
    /// <exception cref="EosException">EOS1008: the field holds something else.</exception>
    public bool Flag(string name, bool fallback) =>
        Find(name) is not { } v ? fallback
        : v.ValueKind is JsonValueKind.True or JsonValueKind.False ? v.GetBoolean()
        : throw Wrong(name, v, "true or false");

    /// <summary>A text; null when it is omitted.</summary>
    /// <exception cref="EosException">EOS1008: the field holds something else.</exception>
    public string? Text(string name) =>
        Find(name) is not { } v ? null
        : v.ValueKind == JsonValueKind.String ? v.GetString()
        : throw Wrong(name, v, "a string");

    /// <summary>One whole number or a list of them; null when they are omitted.</summary>
    /// <exception cref="EosException">EOS1008: the field holds something else.</exception>
    public int[]? Ints(string name) =>
        Find(name) is not { } v ? null
        : v.ValueKind == JsonValueKind.Array ? [.. v.EnumerateArray().Select(item => ToInt(item, name))]
        : [ToInt(v, name)];

    /// <summary>A list of numbers; null when it is omitted.</summary>
    /// <exception cref="EosException">EOS1008: the field holds something else.</exception>
    public double[]? Numbers(string name) =>
        Find(name) is not { } v ? null
        : v.ValueKind == JsonValueKind.Array && v.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Number)
            ? [.. v.EnumerateArray().Select(item => item.GetDouble())]
        : throw Wrong(name, v, "a list of numbers");

    /// <summary>The nested object; an empty one when it is omitted.</summary>
    /// <exception cref="EosException">EOS1008: the field holds something else.</exception>
    public JsonSection Section(string name) =>
        Find(name) is not { } v ? new(File, Nothing, $"{_path}{name}.")
        : v.ValueKind == JsonValueKind.Object ? new(File, v, $"{_path}{name}.")
        : throw Wrong(name, v, "an object");

    /// <summary>The objects of a list; none when it is omitted.</summary>
    /// <exception cref="EosException">EOS1008: the field holds something else.</exception>
    public IEnumerable<JsonSection> Sections(string name) =>
        Find(name) is not { } v ? []
        : v.ValueKind == JsonValueKind.Array && v.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Object)
            ? v.EnumerateArray().Select((item, i) => new JsonSection(File, item, $"{_path}{name}[{i}]."))
        : throw Wrong(name, v, "a list of objects");

    /// <summary>How messages name a field of this section.</summary>
    public string Describe(string name) => $"'{_path}{name}' of '{File}'";

    /// <summary>The exception, EOS1009, for a field whose value is not supported.</summary>
    /// <param name="name">The field.</param>
    /// <param name="found">Its value; null where it is missing.</param>
    /// <param name="expected">What was expected.</param>
    public EosException Unsupported(string name, object? found, string expected) =>
        new(EosErrors.UnsupportedModel, FormattableString.Invariant($"{Describe(name)} is {found ?? "missing"}, expected {expected}."))
        {
            File = File,
        };

    private int ToInt(JsonElement v, string name) =>
        v.ValueKind == JsonValueKind.Number && v.TryGetInt32(out var number) ? number : throw Wrong(name, v, "an integer");

    /// <summary>The beginning of a value, as messages show it.</summary>
    /// <param name="value">The value.</param>
    public static string Excerpt(JsonElement value) =>
        value.GetRawText() is { Length: > 60 } text ? text[..60] + "..." : value.GetRawText();

    private EosException Wrong(string name, JsonElement found, string expected) =>
        new(EosErrors.MalformedJson, $"{Describe(name)} is {Excerpt(found)}, expected {expected}.") { File = File };
}
