using EosMLNet.Search;
using EosMLNet.Tests.Latency;
using EosMLNet.Tests.Plans;

namespace EosMLNet.Tests.Search;

/// <summary>What is wrong with settings whatever the model is found without one, under the name that a surface has for it.</summary>
public class SearchSettingsTests
{
    private static readonly SearchSettings Good = new() { Constraints = new() { MeanVisualTokens = 4 } };

    private static readonly (string Setting, SearchSettings Settings)[] WrongSettings =
    [
        ("Steps", Good with { Steps = -1 }),
        ("BatchSize", Good with { BatchSize = 0 }),
        ("QuestionsPerImage", Good with { QuestionsPerImage = 0 }),
        ("LearningRate", Good with { LearningRate = double.NaN }),
        ("CountLearningRate", Good with { CountLearningRate = -1 }),
        ("SiteLearningRate", Good with { SiteLearningRate = 11 }),
        ("Objective", Good with { Objective = (SearchObjective)7 }),
        ("AlignmentWeight", Good with { AlignmentWeight = -0.1 }),
        ("AlignmentLayers", Good with { AlignmentLayers = [] }),
        ("AlignmentLayers", Good with { AlignmentLayers = [-1] }),
        ("Patience", Good with { Patience = 0 }),
        ("CheckEvery", Good with { CheckEvery = 0 }),
        ("CheckpointPath", Good with { CheckpointPath = " " }),
        ("CheckpointEvery", Good with { CheckpointEvery = 0 }),
        ("Sites", Good with { Sites = [] }),
        ("Sites", Good with { Sites = [-1, 2] }),
        ("Scores", Good with { Scores = [] }),
        ("Scores", Good with { Scores = [ScoreCriterion.Random] }),
        ("Scores", Good with { Scores = [ScoreCriterion.TextAttention] }),
        ("RelevanceRank", Good with { RelevanceRank = 0 }),
        ("InitialLimit", Good with { InitialLimit = 1.1 }),
        ("Tightening", Good with { Tightening = -0.1 }),
        ("InitialTaper", Good with { InitialTaper = 0.9 }),
        ("InitialTemperature", Good with { InitialTemperature = 0 }),
        ("FinalTemperature", Good with { FinalTemperature = 0.5 }),
        ("CandidateFactor", Good with { CandidateFactor = 0.5 }),
        ("ValidationQuestions", Good with { ValidationQuestions = 0 }),
        ("CacheBytes", Good with { CacheBytes = -1 }),
        ("MicroBatch", Good with { MicroBatch = 0 }),
        ("RecomputedLayers", Good with { RecomputedLayers = 0 }),
        ("Frozen.Transfer", Good with { Frozen = new() { Transfer = 2 } }),
        ("Frozen.Temperature", Good with { Frozen = new() { Temperature = -1 } }),
        ("Frozen.Activation", Good with { Frozen = new() { Activation = 0 } }),
        ("Frozen.Reweight", Good with { Frozen = new() { Reweight = double.PositiveInfinity } }),
        ("Frozen.ProportionalAttention", Good with { Frozen = new() { ProportionalAttention = 1.5 } }),
        ("Frozen.Diversity", Good with { Frozen = new() { Diversity = -1 } }),
        ("Constraints.MeanVisualTokens", Good with { Constraints = new() }),
        ("Constraints.MeanVisualTokens", Good with { Constraints = new() { MeanVisualTokens = 0 } }),
        ("Constraints.FinalVisualTokens", Good with { Constraints = new() { FinalVisualTokens = double.NaN } }),
        ("Constraints.MacsRatio", Good with { Constraints = new() { MacsRatio = 1.5 } }),
        ("Constraints.MeanVisualShare", Good with { Constraints = new() { MeanVisualShare = 1.5 } }),
        ("Constraints.KvBytesRatio", Good with { Constraints = new() { KvBytesRatio = -1 } }),
        ("Constraints.LatencyMs", Good with { Constraints = new() { LatencyMs = double.PositiveInfinity, Latency = LatencySample.Random(PlanModels.Scenes, 1) } }),
        ("Constraints.LatencyFraction", Good with { Constraints = new() { LatencyFraction = 2, Latency = LatencySample.Random(PlanModels.Scenes, 1) } }),
        ("Constraints.Latency", Good with { Constraints = new() { LatencyMs = 3 } }),
        ("Constraints.LatencyTextTokens", Good with { Constraints = Good.Constraints with { LatencyTextTokens = 0 } }),
        ("Constraints.LatencyBatch", Good with { Constraints = Good.Constraints with { LatencyBatch = 0 } }),
        ("Constraints.FamilyDrop", Good with { Constraints = Good.Constraints with { FamilyDrop = 2 } }),
    ];

    public static TheoryData<string, SearchSettings> Wrong
    {
        get
        {
            var data = new TheoryData<string, SearchSettings>();
            foreach (var (setting, settings) in WrongSettings)
                data.Add(setting, settings);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_value_that_is_wrong_for_every_model_needs_none_and_is_called_what_the_surface_calls_it(string setting, SearchSettings settings) =>
        Expect.Error(EosErrors.InvalidOption, () => settings.CheckValues(name => $"<{name}>"), $"<{setting}>");

    [Fact]
    public void Every_setting_has_a_wrong_value_here_but_those_that_have_none()
    {
        string[] any = ["Constraints", "Frozen", "WarmStart", "SoftForward", "Seed", "SnapToCorners", "TryCounts", "Frozen.UniformKeep", "Constraints.MeasureLatency"];
        var all = Settable(typeof(SearchSettings), "").Concat(Settable(typeof(SearchConstraints), "Constraints.")).Concat(Settable(typeof(FrozenParameters), "Frozen."));
        Assert.Equal(all.Except(any).Order(), WrongSettings.Select(wrong => wrong.Setting).Distinct().Order());

        static IEnumerable<string> Settable(Type type, string prefix) => type.GetProperties().Where(property => property.CanWrite).Select(property => prefix + property.Name);
    }

    [Fact]
    public void Good_values_pass_without_a_model_also_where_a_latency_table_comes_later()
    {
        Good.CheckValues(SettingNames.Own);
        (Good with { Constraints = new() { LatencyMs = 3 } }).CheckValues(SettingNames.Own, tableComes: true);
    }

    [Theory]
    [InlineData("Constraints.MeanVisualTokens", "MeanVisualTokens", "MeanVisualTokens")]
    [InlineData("Constraints.Latency", "Latency", "LatencyTable")]
    [InlineData("Frozen.Transfer", "Frozen.Transfer", "FrozenTransfer")]
    [InlineData("Frozen.UniformKeep", "Frozen.UniformKeep", "UniformKeep")]
    [InlineData("Steps", "Steps", "Steps")]
    public void A_setting_has_a_name_of_its_own_and_one_in_a_word(string setting, string own, string flat) => Assert.Equal((own, flat), (SettingNames.Own(setting), SettingNames.Flat(setting)));
}
