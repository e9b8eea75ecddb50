using System.CommandLine;
using EosMLNet.Search;
using EosMLNet.Tool.CommandLine;

namespace EosMLNet.Tool.Search;

/// <summary>The options of a search that few will change: how it gets there, not where it goes.</summary>
internal sealed class TuningOptions
{
    private static readonly SearchSettings Defaults = new() { Constraints = new() };
    private readonly Option<int> questionsPerImage = CommonOptions.Default("--questions-per-image", "N", Defaults.QuestionsPerImage,
        "The most questions that share one image's sequence, when no score depends on the question.");
    private readonly Option<int> checkEvery =
        CommonOptions.Default("--check-every", "N", Defaults.CheckEvery, "Steps between two checks of --patience.");
    private readonly Option<int> checkpointEvery =
        CommonOptions.Default("--checkpoint-every", "N", Defaults.CheckpointEvery, "Steps between two writings of --checkpoint.");
    private readonly Option<bool> softForward = CommonOptions.Default("--soft-forward", "BOOL", Defaults.SoftForward,
        "Select softly in the forward pass too: exact gradients, at the cost of unreduced sequences.");
    private readonly Option<int> relevanceRank =
        CommonOptions.Default("--relevance-rank", "N", Defaults.RelevanceRank, "Rank of the criterion TextRelevance.");
    private readonly Option<double> initialLimit = CommonOptions.Default("--initial-limit", "X", Defaults.InitialLimit,
        "Where tighter limits begin, as a part of what the unreduced model needs.");
    private readonly Option<double> tightening =
        CommonOptions.Default("--tightening", "X", Defaults.Tightening, "The part of the steps over which limits tighten.");
    private readonly Option<double> initialTaper = CommonOptions.Default("--initial-taper", "X", Defaults.InitialTaper,
        "How many times more tokens the first site keeps than the last at the beginning.");
    private readonly Option<double> initialTemperature = CommonOptions.Default("--initial-temperature", "X", Defaults.InitialTemperature,
        "Temperature of the soft selection at the first step.");
    private readonly Option<double> finalTemperature =
        CommonOptions.Default("--final-temperature", "X", Defaults.FinalTemperature, "The same at the last step.");
    private readonly Option<double> candidateFactor = CommonOptions.Default("--candidate-factor", "X", Defaults.CandidateFactor,
        "How many times the number kept stay in the sequence behind a site; 0 for all.");
    private readonly Option<int> validationQuestions = CommonOptions.Default("--validation-questions", "N", Defaults.ValidationQuestions,
        "The most held-out questions that decisions and accuracies are made on.");
    private readonly Option<bool> snapToCorners = CommonOptions.Default("--snap-to-corners", "BOOL", Defaults.SnapToCorners,
        "Try simpler values of the sites' parameters, and take those that cost nothing.");
    private readonly Option<bool> tryCounts =
        CommonOptions.Default("--try-counts", "BOOL", Defaults.TryCounts, "Try to move tokens between early and late sites.");
    private readonly Option<long> cacheBytes = CommonOptions.Default("--cache-bytes", "N", Defaults.CacheBytes,
        "The most memory for encoded images and unreduced hidden states kept between steps.");
    private readonly Option<double?> transfer = Frozen("--frozen-transfer", "How much of a dropped token is given away, from 0 to 1.");
    private readonly Option<double?> temperature =
        Frozen("--frozen-temperature", "How evenly it is given; 0 for the most similar token alone.");
    private readonly Option<double?> activation = Frozen("--frozen-activation", "How open the sites' gates are, above 0, at most 1.");
    private readonly Option<double?> reweight = Frozen("--frozen-reweight", "The gain of kept tokens, at least 0.");
    private readonly Option<double?> proportionalAttention =
        Frozen("--frozen-proportional-attention", "The weight of merged tokens in attention, from 0 to 1.");
    private readonly Option<double?> diversity = Frozen("--frozen-diversity", "How unlike kept tokens are, at least 0.");
    private readonly Option<bool> uniformKeep =
        CommonOptions.Default("--uniform-keep", "BOOL", Defaults.Frozen.UniformKeep, "All sites keep the same count.");

    internal IEnumerable<Option> All =>
    [
        questionsPerImage, checkEvery, checkpointEvery, softForward, relevanceRank, initialLimit, tightening, initialTaper,
        initialTemperature, finalTemperature, candidateFactor, validationQuestions,
        snapToCorners, tryCounts, cacheBytes, transfer, temperature, activation, reweight, proportionalAttention, diversity, uniformKeep,
    ];

    internal SearchSettings Apply(ParseResult values, SearchSettings settings) => settings with
    {
        QuestionsPerImage = values.GetValue(questionsPerImage),
        CheckEvery = values.GetValue(checkEvery),
        CheckpointEvery = values.GetValue(checkpointEvery),
        SoftForward = values.GetValue(softForward),
        RelevanceRank = values.GetValue(relevanceRank),
        InitialLimit = values.GetValue(initialLimit),
        Tightening = values.GetValue(tightening),
        InitialTaper = values.GetValue(initialTaper),
        InitialTemperature = values.GetValue(initialTemperature),
        FinalTemperature = values.GetValue(finalTemperature),
        CandidateFactor = values.GetValue(candidateFactor),
        ValidationQuestions = values.GetValue(validationQuestions),
        SnapToCorners = values.GetValue(snapToCorners),
        TryCounts = values.GetValue(tryCounts),
        CacheBytes = values.GetValue(cacheBytes),
        Frozen = new()
        {
            Transfer = values.GetValue(transfer),
            Temperature = values.GetValue(temperature),
            Activation = values.GetValue(activation),
            Reweight = values.GetValue(reweight),
            ProportionalAttention = values.GetValue(proportionalAttention),
            Diversity = values.GetValue(diversity),
            UniformKeep = values.GetValue(uniformKeep),
        },
    };

    private static Option<double?> Frozen(string name, string description) =>
        new(name) { HelpName = "X", Description = $"Not searched but kept at this value in all sites. {description}" };
}
