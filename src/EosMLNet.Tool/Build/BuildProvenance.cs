using System.Text.Json;
using System.Text.Json.Serialization;

namespace EosMLNet.Tool.Build;

/// <summary>
/// Where an artifact comes from: <c>Provenance.json</c> in the zip. Nothing that differs between two equal builds is in it: no time, no
/// path, no machine, no measured duration.
/// </summary>
internal sealed record BuildProvenance
{
    internal const string EntryName = "Provenance.json";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true, NewLine = "\n" };

    /// <summary>The hash over all of the following and the data's files: what the cache is keyed by.</summary>
    public required string Inputs { get; init; }
    public required string Model { get; init; }
    public required string Data { get; init; }
    public required string Options { get; init; }
    public required string Worker { get; init; }
    public required int Seed { get; init; }
    public required string Device { get; init; }

    /// <summary>
    /// The form of the model that <see cref="ValidationAccuracy"/> is of; null where a plan was committed before it was recorded.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Form { get; init; }
    public required int ValidationQuestions { get; init; }
    public required double ValidationAccuracy { get; init; }
    public required double UnreducedAccuracy { get; init; }
    public required double MeanVisualTokens { get; init; }

    internal byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, Json);
}
