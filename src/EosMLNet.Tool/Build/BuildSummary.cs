using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using EosMLNet.Onnx;
using EosMLNet.Tensors;

namespace EosMLNet.Tool.Build;

/// <summary>
/// What a build found, for people and for the gate: lies beside the plan, not in the artifact, since it says how long things took.
/// </summary>
internal sealed record BuildSummary
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NewLine = "\n",
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        Converters = { new JsonStringEnumConverter(), new FiniteNumber() },
    };

    public required int Version { get; init; }
    public required BuildProvenance Provenance { get; init; }

    /// <summary>SHA-256 of the plan's file: a plan that was edited by hand is not the one that was measured.</summary>
    public required string Plan { get; init; }

    public required ValidationSummary Validation { get; init; }
    public required TokensSummary Tokens { get; init; }
    public required PrefillSummary Prefill { get; init; }
    public required SearchSummary Search { get; init; }

    internal string ToJson() => JsonSerializer.Serialize(this, Json) + "\n";

    /// <exception cref="EosException">EOS4001: it is malformed.</exception>
    internal static BuildSummary Read(string path)
    {
        try
        {
            var summary = JsonSerializer.Deserialize<BuildSummary>(File.ReadAllBytes(path), Json) ?? throw new JsonException("It is null.");
            return double.IsFinite(summary.Prefill.Speedup) ? summary : throw new JsonException("Its times are out of range.");
        }
        catch (JsonException e)
        {
            throw new EosException(EosErrors.PlanFile,
                $"The summary '{path}' is malformed: {e.Message} Build with EosMode=Search to write plan and summary anew.", e);
        }
    }

    /// <param name="Questions">Questions that the numbers are over.</param>
    /// <param name="Accuracy">The part answered right under the plan.</param>
    /// <param name="UnreducedAccuracy">The same without, in <see cref="SearchedForm"/>.</param>
    /// <param name="FamilyDrops">By how much each family of questions falls from the one to the other.</param>
    internal sealed record ValidationSummary(int Questions, double Accuracy, double UnreducedAccuracy,
        IReadOnlyDictionary<string, double> FamilyDrops)
    {
        /// <summary>
        /// The item's type of answers. It and what follows are null where a summary was written before they were recorded.
        /// </summary>
        public ModelDataType? DataType { get; init; }

        /// <summary>
        /// What the weights of an exported folder are kept in, with which <see cref="Accuracy"/> was measured; null of a zip.
        /// </summary>
        public OnnxWeights? Weights { get; init; }

        /// <summary>The form of the model that <see cref="Accuracy"/> is of: the one that answers.</summary>
        public string? Form { get; init; }

        /// <summary>The form of the model that was searched.</summary>
        public string? SearchedForm { get; init; }

        /// <summary>The plan's accuracy in that form.</summary>
        public double? SearchedAccuracy { get; init; }
    }

    internal sealed record TokensSummary(double Mean, double Final, double MacsRatio, double KvBytesRatio);

    internal sealed record PrefillSummary(double UnreducedMilliseconds, double Milliseconds)
    {
        public double Speedup => Milliseconds > 0 ? UnreducedMilliseconds / Milliseconds : 0;

        /// <summary>
        /// The same in words, and why it is slower where it is; null where a plan's summary was written before there were any.
        /// </summary>
        public string? Remark { get; init; }
    }

    internal sealed record SearchSummary(long Samples, double Seconds, long PeakMemoryBytes);

    // A number such as 1e999 is read as infinity, which cannot be written again.
    private sealed class FiniteNumber : JsonConverter<double>
    {
        public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.GetDouble() is var number && double.IsFinite(number) ? number : throw new JsonException("A number is too large.");

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options) => writer.WriteNumberValue(value);
    }
}
