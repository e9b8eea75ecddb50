using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace EosMLNet.Plans;

/// <summary>
/// The plan as a JSON document: one text for one plan, with numbers that read back exactly, and nothing accepted that is not understood.
/// </summary>
internal static class PlanJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerOptions.Strict)
    {
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(), // also in applications that switch the default off
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,      // a temperature of "Infinity"
        WriteIndented = true,
        NewLine = "\n",
        MaxDepth = 16,
        Converters =
        {
            new JsonStringEnumConverter<ScoreCriterion>(JsonNamingPolicy.CamelCase, allowIntegerValues: false),
            new JsonStringEnumConverter<ReductionStage>(JsonNamingPolicy.CamelCase, allowIntegerValues: false),
            new JsonStringEnumConverter<AnchorRule>(JsonNamingPolicy.CamelCase, allowIntegerValues: false),
            new JsonStringEnumConverter<AttentionSource>(JsonNamingPolicy.CamelCase, allowIntegerValues: false),
            new JsonStringEnumConverter<AffinityFeature>(JsonNamingPolicy.CamelCase, allowIntegerValues: false),
            new JsonStringEnumConverter<AffinityMeasure>(JsonNamingPolicy.CamelCase, allowIntegerValues: false),
            new JsonStringEnumConverter<AffinityMask>(JsonNamingPolicy.CamelCase, allowIntegerValues: false),
            new JsonStringEnumConverter<ImagePadding>(JsonNamingPolicy.CamelCase, allowIntegerValues: false),
            new JsonStringEnumConverter<Normalization>(JsonNamingPolicy.CamelCase, allowIntegerValues: false),
            new JsonStringEnumConverter<OperatorRegime>(null, allowIntegerValues: false),
        },
    };

    public static string Write(ReductionPlan plan) => JsonSerializer.Serialize(plan, Options) + "\n";

    /// <summary>Reads and checks a plan.</summary>
    /// <param name="json">The document.</param>
    /// <param name="source">What to call it in messages.</param>
    /// <param name="parameters">Called with the fingerprint that the document names for its learned parameters, if it names one.</param>
    public static ReductionPlan Read(string json, string source, Func<string, ScoreParameters?> parameters)
    {
        try
        {
            using var document = JsonDocument.Parse(json); // entries that are there twice are refused by the options below
            var root = document.RootElement;
            CheckVersion(root, source);
            var plan = root.Deserialize<ReductionPlan>(Options)!;
            var fingerprint = root.TryGetProperty("parametersFingerprint", out var named) ? named.GetString() : null;
            plan = plan with { Parameters = fingerprint is null ? null : parameters(fingerprint) };
            PlanRules.Check(plan, source);
            CheckDerived(root, plan, source);
            return plan;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new EosException(EosErrors.PlanFile,
                $"{source} is not a reduction plan: {e.Message} build/docs/plan.schema.json describes the format.", e);
        }
    }

    // Before anything else: a newer format may well have entries that this one does not know.
    private static void CheckVersion(JsonElement root, string source)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("version", out var version)
            || !version.TryGetInt32(out var number) || number < 1)
            throw new EosException(EosErrors.PlanFile,
                $"{source} is not a reduction plan: expected an object with a whole number 'version', from 1.");
        if (number > ReductionPlan.CurrentVersion)
            throw new EosException(EosErrors.PlanFile,
                $"{source} has version {number}, but this library reads versions up to {ReductionPlan.CurrentVersion}. Use a newer " +
                "EosMLNet.");
    }

    // Entries that follow from others are written for readers; a file that states something else was edited halfway.
    private static void CheckDerived(JsonElement root, ReductionPlan plan, string source)
    {
        Same(root, "", "questionAgnostic", plan.IsQuestionAgnostic ? "true" : "false");
        Same(root, "", "parametersFingerprint", plan.ParametersFingerprint is { } fingerprint ? Quoted(fingerprint) : "null");
        for (var i = 0; i < plan.Sites.Count; i++)
            Same(root.GetProperty("sites")[i], $"sites[{i}].", "regime", Quoted($"{plan.Sites[i].Regime}"));

        // As the serializer writes it. To ask that would make each program that loads a plan get what writes plans ready, too.
        void Same(JsonElement parent, string path, string name, string computed)
        {
            if (parent.TryGetProperty(name, out var stated) && stated.GetRawText() != computed)
                throw new EosException(EosErrors.PlanFile,
                    $"{source}: '{path}{name}' is {stated.GetRawText()}, but the rest of the plan makes it {computed}. Correct one " +
                    "of them.");
        }

        static string Quoted(string text) => $"\"{text}\"";
    }
}
