using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using EosMLNet.Build.Exchange;
using EosMLNet.Onnx;
using EosMLNet.Search;
using EosMLNet.Tensors;
using EosMLNet.Tool.CommandLine;

namespace EosMLNet.Tool.Build;

/// <summary>An item's metadata as the settings of a search and the limits of its gate.</summary>
internal sealed class BuildOptions
{
    private delegate SearchSettings Setter(SearchSettings settings, string text);

    private static readonly JsonSerializerOptions Json =
        new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals, Converters = { new JsonStringEnumConverter() } };

    private static readonly Dictionary<string, Setter> Setters = new(ConstraintKind.All.ToDictionary(
        kind => kind.Name,
        kind => (Setter)((s, v) => s with { Constraints = s.Constraints.With(kind, Real(v)) })), StringComparer.OrdinalIgnoreCase)
    {
        ["LatencyTextTokens"] = (s, v) => s with { Constraints = s.Constraints with { LatencyTextTokens = Whole(v) } },
        ["LatencyBatch"] = (s, v) => s with { Constraints = s.Constraints with { LatencyBatch = Whole(v) } },
        ["MeasureLatency"] = (s, v) => s with { Constraints = s.Constraints with { MeasureLatency = Truth(v) } },
        ["FamilyDrop"] = (s, v) => s with { Constraints = s.Constraints with { FamilyDrop = Real(v) } },
        ["Steps"] = (s, v) => s with { Steps = Whole(v) },
        ["MicroBatch"] = (s, v) => s with { MicroBatch = Whole(v) },
        ["RecomputedLayers"] = (s, v) => s with { RecomputedLayers = Whole(v) },
        ["BatchSize"] = (s, v) => s with { BatchSize = Whole(v) },
        ["QuestionsPerImage"] = (s, v) => s with { QuestionsPerImage = Whole(v) },
        ["LearningRate"] = (s, v) => s with { LearningRate = Real(v) },
        ["CountLearningRate"] = (s, v) => s with { CountLearningRate = Real(v) },
        ["SiteLearningRate"] = (s, v) => s with { SiteLearningRate = Real(v) },
        ["Objective"] = (s, v) => s with { Objective = Name<SearchObjective>(v) },
        ["AlignmentWeight"] = (s, v) => s with { AlignmentWeight = Real(v) },
        ["AlignmentLayers"] = (s, v) => s with { AlignmentLayers = [.. List(v).Select(Whole)] },
        ["Patience"] = (s, v) => s with { Patience = Whole(v) },
        ["CheckEvery"] = (s, v) => s with { CheckEvery = Whole(v) },
        ["SoftForward"] = (s, v) => s with { SoftForward = Truth(v) },
        ["Sites"] = (s, v) => s with { Sites = [.. List(v).Select(Whole)] },
        ["Scores"] = (s, v) => s with { Scores = [.. List(v).Select(Name<ScoreCriterion>)] },
        ["RelevanceRank"] = (s, v) => s with { RelevanceRank = Whole(v) },
        ["InitialLimit"] = (s, v) => s with { InitialLimit = Real(v) },
        ["Tightening"] = (s, v) => s with { Tightening = Real(v) },
        ["InitialTaper"] = (s, v) => s with { InitialTaper = Real(v) },
        ["InitialTemperature"] = (s, v) => s with { InitialTemperature = Real(v) },
        ["FinalTemperature"] = (s, v) => s with { FinalTemperature = Real(v) },
        ["CandidateFactor"] = (s, v) => s with { CandidateFactor = Real(v) },
        ["Seed"] = (s, v) => s with { Seed = Whole(v) },
        ["ValidationQuestions"] = (s, v) => s with { ValidationQuestions = Whole(v) },
        ["SnapToCorners"] = (s, v) => s with { SnapToCorners = Truth(v) },
        ["TryCounts"] = (s, v) => s with { TryCounts = Truth(v) },
        ["CacheBytes"] = (s, v) => s with { CacheBytes = Long(v) },
        ["FrozenTransfer"] = (s, v) => s with { Frozen = s.Frozen with { Transfer = Real(v) } },
        ["FrozenTemperature"] = (s, v) => s with { Frozen = s.Frozen with { Temperature = Real(v) } },
        ["FrozenActivation"] = (s, v) => s with { Frozen = s.Frozen with { Activation = Real(v) } },
        ["FrozenReweight"] = (s, v) => s with { Frozen = s.Frozen with { Reweight = Real(v) } },
        ["FrozenProportionalAttention"] = (s, v) => s with { Frozen = s.Frozen with { ProportionalAttention = Real(v) } },
        ["FrozenDiversity"] = (s, v) => s with { Frozen = s.Frozen with { Diversity = Real(v) } },
        ["UniformKeep"] = (s, v) => s with { Frozen = s.Frozen with { UniformKeep = Truth(v) } },
    };

    /// <summary>The settings; a warm start is added when torch is there to load it, and a latency table with it.</summary>
    internal SearchSettings Settings { get; private set; } = new() { Constraints = new() };

    /// <summary>
    /// The options of each plan that one search finds, the loosest first: they differ in the limit that the item has several values of.
    /// These options alone where it has none.
    /// </summary>
    internal IReadOnlyList<BuildOptions> Front => front is not var (kind, values) ? [this]
        : [.. values.Select(value => With(Settings with { Constraints = Settings.Constraints.With(kind, value) }))];

    private (ConstraintKind Kind, IReadOnlyList<double> Values)? front;

    /// <summary>How many seeds are searched with, from the settings' own on.</summary>
    internal int Seeds { get; private set; } = 1;

    /// <summary>The most bytes of weights that go into the artifact; null for the library's default.</summary>
    internal long? EmbedWeightsUpTo { get; private set; }

    /// <summary>
    /// What becomes of images that are not square; null where the item does not say: the default for a search, as it was searched for a
    /// committed plan.
    /// </summary>
    internal ImagePadding? ImagePadding { get; private set; }

    /// <summary>The item's own prompts, which the model is searched and answers with.</summary>
    internal PromptChoice Prompts { get; private set; } = new();

    /// <summary>What the model computes in, when it is searched and when it answers.</summary>
    internal ModelDataType DataType { get; private set; }

    /// <summary>What the build makes.</summary>
    internal ArtifactFormat Format { get; private set; }

    /// <summary>What the weights of an exported folder are kept in.</summary>
    internal OnnxWeights Weights { get; private set; }

    /// <summary>How the artifact answers.</summary>
    private readonly AnswerOptions answers = new() { ModelPath = "." };

    internal BuildGate Gate { get; private set; } = new();

    /// <summary>
    /// Everything that has a say in what is searched, defaults included; not the gate's limits, which need no new search.
    /// </summary>
    internal string Canonical =>
        JsonSerializer.Serialize(Settings, Json)
        + (front is var (kind, values) ? FormattableString.Invariant($" front {kind} {string.Join(' ', values)}") : "")
        + FormattableString.Invariant($" seeds {Seeds} {Artifact} padding {ImagePadding ?? PaddingChoice.Default}");

    /// <summary>What has a say in the artifact beside model and plan.</summary>
    internal string Artifact =>
        FormattableString.Invariant(
            $"embed {EmbedWeightsUpTo} type {DataType} answers {answers.AnswerBatchSize} {answers.MaxNewTokens} {answers.ImageCacheBytes}")
        + (answers.Engine == AnsweringEngine.Auto ? "" : $" engine {answers.Engine}")
        + (Format == ArtifactFormat.MlNet ? "" : $" format {Format} weights {Weights}")
        + (Prompts == new PromptChoice() ? "" : $" prompts {JsonSerializer.Serialize(Prompts, Json)}");

    /// <summary>Every metadatum that is understood.</summary>
    internal static IEnumerable<string> Names =>
        Setters.Keys.Concat(
            ["Seeds", "EmbedWeightsUpTo", "DataType", "ImagePadding", "PromptTemplate", "SystemText",
                "AnswerBatchSize", "MaxNewTokens", "ImageCacheBytes", "Engine", "Format", "Weights",
                "MaxAccuracyDrop", "MaxFamilyDrop", "MinSpeedup"]);

    /// <exception cref="EosException">EOS1013: an unknown name, or a value that cannot be read.</exception>
    internal static BuildOptions Parse(BuildRequest request)
    {
        var options = new BuildOptions();
        foreach (var (name, text) in request.Options)
        {
            try
            {
                if (request[BuildRequest.OfFront] is { Length: > 0 } own && text.Contains(';') && Limit(name) is { } limit)
                    options.SetFront(limit, List(text), own);
                else
                    options.Set(name, IsPrompt(name) ? text : text.Trim());
            }
            catch (FormatException e)
            {
                throw new EosException(EosErrors.InvalidOption,
                    $"{name} is '{text}'; expected {e.Message}. Correct the metadata of the EosModel item.", e);
            }
        }
        return options;
    }

    /// <summary>Throws where a value is out of its range, whatever model and data are.</summary>
    /// <param name="hasLatencyTable">Whether the item names a latency table, which is read later.</param>
    /// <exception cref="EosException">EOS1013, with the metadatum's name.</exception>
    internal void Check(bool hasLatencyTable)
    {
        foreach (var options in Front)
            options.Settings.CheckValues(SettingNames.Flat, tableComes: hasLatencyTable);
        CheckAnswers();
    }

    /// <summary>The same for what has a say in how the artifact answers.</summary>
    /// <exception cref="EosException">EOS1013, with the metadatum's name.</exception>
    internal void CheckAnswers()
    {
        Configured(new() { ModelPath = "." }).Check();
        var isFolder = Format == ArtifactFormat.Onnx;
        var fault = !isFolder && Weights != OnnxWeights.Stored
                ? $"Weights is {Weights}, but Format is {Format}: an ML.NET model keeps the checkpoint's weights. Set Format to Onnx"
            : isFolder && DataType == ModelDataType.Int8
                ? $"DataType is {DataType}, which is torch's, but Format is {Format}. Set Weights to Int8, and leave DataType out"
            : isFolder && answers.Engine == AnsweringEngine.Torch
                ? $"Engine is {answers.Engine}, but Format is {Format}: ONNX Runtime runs the folder. Leave Engine out"
            : null;
        if (fault is not null)
            throw new EosException(EosErrors.InvalidOption, $"{fault}.");
    }

    /// <summary>The options with what the item says about answers.</summary>
    internal AnswerOptions Configured(AnswerOptions options)
    {
        (options.AnswerBatchSize, options.MaxNewTokens, options.ImageCacheBytes, options.DataType) =
            (answers.AnswerBatchSize, answers.MaxNewTokens, answers.ImageCacheBytes, DataType);
        options.Engine = answers.Engine;
        options.EmbedWeightsUpTo = EmbedWeightsUpTo ?? options.EmbedWeightsUpTo;
        (options.PromptTemplate, options.SystemText) = (Prompts.Template, Prompts.SystemText);
        return options;
    }

    // Where white space at the ends counts.
    private static bool IsPrompt(string name) => name.Equals("PromptTemplate", StringComparison.OrdinalIgnoreCase);

    private static ConstraintKind? Limit(string name) =>
        ConstraintKind.All.FirstOrDefault(kind => kind.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    private BuildOptions With(SearchSettings settings)
    {
        var options = (BuildOptions)MemberwiseClone();
        options.Settings = settings;
        return options;
    }

    private void SetFront(ConstraintKind kind, IEnumerable<string> values, string own)
    {
        front = (kind, [.. values.Select(Real).OrderDescending()]);
        Settings = Settings with { Constraints = Settings.Constraints.With(kind, Real(own)) };
    }

    private void Set(string name, string text)
    {
        if (Setters.TryGetValue(name, out var setter))
            Settings = setter(Settings, text);
        else if (Is("Seeds"))
            Seeds = Whole(text) is >= 1 and var count ? count : throw new FormatException("at least 1");
        else if (Is("EmbedWeightsUpTo"))
            EmbedWeightsUpTo = Long(text);
        else if (Is("ImagePadding"))
            ImagePadding = Name<ImagePadding>(text);
        else if (Is("PromptTemplate"))
            Prompts = Prompts with { Template = PromptOptions.Unescaped(text) };
        else if (Is("SystemText"))
            Prompts = Prompts with { SystemText = PromptOptions.Unescaped(text) };
        else if (Is("DataType"))
            DataType = Name<ModelDataType>(text);
        else if (Is("AnswerBatchSize"))
            answers.AnswerBatchSize = Whole(text);
        else if (Is("MaxNewTokens"))
            answers.MaxNewTokens = Whole(text);
        else if (Is("ImageCacheBytes"))
            answers.ImageCacheBytes = Long(text);
        else if (Is("Engine"))
            answers.Engine = Name<AnsweringEngine>(text);
        else if (Is("Format"))
            Format = Name<ArtifactFormat>(text);
        else if (Is("Weights"))
            Weights = Name<OnnxWeights>(text);
        else if (Is("MaxAccuracyDrop"))
            Gate = Gate with { MaxAccuracyDrop = Real(text) };
        else if (Is("MaxFamilyDrop"))
            Gate = Gate with { MaxFamilyDrops = Families(text) };
        else if (Is("MinSpeedup"))
            Gate = Gate with { MinSpeedup = Real(text) };
        else
            throw new EosException(EosErrors.InvalidOption,
                $"The EosModel item has the metadatum {name}, which is none that EosMLNet knows. Expected one of " +
                $"{string.Join(", ", Names.Order())}.");

        bool Is(string known) => name.Equals(known, StringComparison.OrdinalIgnoreCase);
    }

    // "0.1" for every family, "colour=0.05, count=0.1" for those named; the empty name stands for all others.
    private static Dictionary<string, double> Families(string text) =>
        List(text).Select(part =>
            part.LastIndexOf('=') is >= 0 and var sign ? (part[..sign].Trim(), Real(part[(sign + 1)..])) : ("", Real(part)))
            .ToDictionary(x => x.Item1, x => x.Item2);

    private static string[] List(string text) =>
        text.Split([',', ';'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static int Whole(string text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
            : throw new FormatException("a whole number");

    private static long Long(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
            : throw new FormatException("a whole number");

    private static double Real(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && !double.IsNaN(number) ? number
            : throw new FormatException("a number, with a point and without grouping");

    private static bool Truth(string text) => bool.TryParse(text, out var value) ? value : throw new FormatException("true or false");

    private static T Name<T>(string text)
        where T : struct, Enum =>
        Enum.GetNames<T>().Contains(text, StringComparer.OrdinalIgnoreCase) ? Enum.Parse<T>(text, ignoreCase: true)
            : throw new FormatException($"one of {string.Join(", ", Enum.GetNames<T>())}");
}
