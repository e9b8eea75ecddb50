using System.Text.Json;

namespace EosMLNet.Tests.Plans;

/// <summary>As much of JSON Schema as build/docs/plan.schema.json uses; a keyword it does not know is an error, not ignored.</summary>
internal sealed class JsonSchema(JsonElement root)
{
    /// <summary>build/docs/plan.schema.json.</summary>
    public static JsonSchema Published { get; } = new(JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "plan.schema.json"))).RootElement);

    public IReadOnlyList<string> Errors(JsonElement document) => [.. Errors(root, document, "$")];

    private IEnumerable<string> Errors(JsonElement schema, JsonElement value, string path) =>
        schema.EnumerateObject().SelectMany(keyword => keyword.Name switch
        {
            "$schema" or "title" or "description" or "$defs" => [],
            "$ref" => Errors(Definition(keyword.Value.GetString()!), value, path),
            "type" => Types(keyword.Value).Any(type => Is(type, value)) ? [] : [$"{path}: {value.ValueKind}, expected {keyword.Value}"],
            "enum" => keyword.Value.EnumerateArray().Any(option => option.GetRawText() == value.GetRawText()) ? [] : [$"{path}: {value} is not one of {keyword.Value}"],
            "minimum" => value.ValueKind != JsonValueKind.Number || value.GetDouble() >= keyword.Value.GetDouble() ? [] : [$"{path}: {value} is too small"],
            "exclusiveMinimum" => value.ValueKind != JsonValueKind.Number || value.GetDouble() > keyword.Value.GetDouble() ? []
                : [$"{path}: {value} is too small"],
            "maximum" => value.ValueKind != JsonValueKind.Number || value.GetDouble() <= keyword.Value.GetDouble() ? [] : [$"{path}: {value} is too large"],
            "minProperties" => value.EnumerateObject().Count() >= keyword.Value.GetInt32() ? [] : [$"{path}: too few entries"],
            "required" => value.ValueKind != JsonValueKind.Object ? []
                : keyword.Value.EnumerateArray().Where(name => !value.TryGetProperty(name.GetString()!, out _)).Select(name => $"{path}: {name} is missing"),
            "items" => value.EnumerateArray().SelectMany((item, i) => Errors(keyword.Value, item, $"{path}[{i}]")),
            "properties" => value.ValueKind != JsonValueKind.Object ? []
                : keyword.Value.EnumerateObject().SelectMany(p => value.TryGetProperty(p.Name, out var member) ? Errors(p.Value, member, $"{path}.{p.Name}") : []),
            "additionalProperties" => value.ValueKind != JsonValueKind.Object ? []
                : value.EnumerateObject().Where(p => !schema.GetProperty("properties").TryGetProperty(p.Name, out _)).Select(p => $"{path}: {p.Name} is unknown"),
            _ => throw new NotSupportedException(keyword.Name),
        });

    private JsonElement Definition(string reference) => root.GetProperty("$defs").GetProperty(reference["#/$defs/".Length..]);

    private static IEnumerable<string> Types(JsonElement type) =>
        type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(t => t.GetString()!) : [type.GetString()!];

    private static bool Is(string type, JsonElement value) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        _ => throw new NotSupportedException(type),
    };
}
