using System.Text.Json;
using System.Text.Json.Serialization;

namespace EosMLNet.Plans;

/// <summary>Kinds of constraints by their names.</summary>
internal sealed class ConstraintKindConverter : JsonConverter<ConstraintKind>
{
    /// <inheritdoc/>
    public override ConstraintKind Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var name = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        return ConstraintKind.All.FirstOrDefault(kind => kind.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? throw new JsonException(); // the serialiser says where
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, ConstraintKind value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Name);
}
