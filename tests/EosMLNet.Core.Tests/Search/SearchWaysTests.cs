using EosMLNet.Models;
using EosMLNet.Search;

namespace EosMLNet.Tests.Search;

/// <summary>The ways in which a search can be told what to do.</summary>
public class SearchWaysTests
{
    private static readonly SearchSettings Settings = new()
    {
        Constraints = new() { MeanVisualTokens = 5 }, Scores = [ScoreCriterion.Probe, ScoreCriterion.ClsAttention], Steps = 8, BatchSize = 3, Seed = 3, SnapToCorners = false,
    };

    [Fact]
    public void A_warm_start_that_makes_no_steps_worth_mentioning_gives_back_its_plan()
    {
        using var model = SearchSample.Model();
        var scores = new Dictionary<ScoreCriterion, double> { [ScoreCriterion.Probe] = 0.75, [ScoreCriterion.TextRelevance] = 0.25 };
        var first = Search(model, Settings with { Scores = [ScoreCriterion.Probe, ScoreCriterion.TextRelevance], RelevanceRank = 3 });
        var plan = ReductionPlan.Create(model.ToPlanModel(),
        [
            new ReductionSite { Layer = 0, Keep = 7, Transfer = 0.3, Temperature = 0.4, Reweight = 0.2, ProportionalAttention = 0.6, Score = scores },
            new ReductionSite { Layer = 1, Keep = 5, Transfer = 0.8, Temperature = 1.5, ProportionalAttention = 0.2, Score = scores },
            new ReductionSite { Layer = 3, Keep = 1, Transfer = 0.5, Temperature = 0.1, ProportionalAttention = 0.9, Score = scores },
        ], first.Plan.Parameters);
        var found = Search(model, Settings with
        {
            Scores = [ScoreCriterion.Probe, ScoreCriterion.TextRelevance],
            RelevanceRank = 3,
            WarmStart = plan,
            Constraints = new() { MeanVisualTokens = plan.Ledger.Mean },
            InitialLimit = 0,
            Steps = 1,
            TryCounts = false,
            Frozen = new() { Activation = 1 },
            LearningRate = 1e-9,
            CountLearningRate = 0,
            SiteLearningRate = 0,
        }).Plan;
        Assert.Equal(plan.Ledger.VisualTokensPerLayer, found.Ledger.VisualTokensPerLayer);
        foreach (var (expected, site) in plan.Sites.Zip(found.Sites.Where(site => plan.Sites.Any(other => other.Layer == site.Layer))))
        {
            Assert.Equal(expected.Transfer, site.Transfer, 2);
            Assert.Equal(expected.Temperature, site.Temperature, 2);
            Assert.Equal(expected.Reweight, site.Reweight, 1);
            Assert.Equal(expected.ProportionalAttention, site.ProportionalAttention, 2);
            Assert.Equal(expected.Score[ScoreCriterion.Probe], site.Score[ScoreCriterion.Probe], 2);
        }
        Assert.All(plan.Parameters!.Probe!.Zip(found.Parameters!.Probe!), x => Assert.Equal(x.First, x.Second, 1e-3f * (1 + Math.Abs(x.First))));
        var forms = new[] { plan, found }.Select(p => Form(p.Parameters!.Relevance!, model.HiddenSize)).ToArray();
        Assert.All(forms[0].Zip(forms[1]), x => Assert.Equal(x.First, x.Second, 1e-2 * (1 + Math.Abs(x.First))));
    }

    [Fact]
    public void A_hand_made_preset_is_a_warm_start_too_and_another_models_plan_is_not()
    {
        using var model = SearchSample.Model();
        using var other = SearchSample.Model(other: true);
        var plan = ReductionPlan.Create(model.ToPlanModel(), ReductionPresets.ToMe(model.VisualTokens, 5));
        Assert.Equal(5, Search(model, Settings with { WarmStart = plan }).Plan.Ledger.Mean);
        Assert.Equal(EosErrors.PlanMismatch, Assert.Throws<EosException>(() => Search(other, Settings with { WarmStart = plan })).Code);
    }

    [Fact]
    public void Without_labels_the_loss_is_the_distance_to_the_unreduced_model_and_falls()
    {
        using var model = SearchSample.Model();
        var settings = Settings with { Objective = SearchObjective.UnreducedModel, Steps = 60, BatchSize = 4, InitialLimit = 0, TryCounts = false };
        var losses = Search(model, settings).Report.Losses;
        Assert.True(losses.TakeLast(10).Average() < 0.9 * losses.Take(10).Average(), $"from {losses.Take(10).Average():f4} to {losses.TakeLast(10).Average():f4}");
        // With every token kept there is nothing to lose.
        var whole = Search(model, settings with { Constraints = new() { MeanVisualTokens = model.VisualTokens }, Steps = 2, Frozen = new() { Reweight = 0, Transfer = 0, ProportionalAttention = 0 }, CountLearningRate = 0 });
        Assert.All(whole.Report.Losses, loss => Assert.InRange(loss, -1e-5, 1e-4));
    }

    [Fact]
    public void Alignment_looks_at_the_layers_that_are_named()
    {
        using var model = SearchSample.Model();
        var distances = new IReadOnlyList<int>?[] { null, [0], [1, 2], [model.LayerCount - 1] }.Select(layers =>
        {
            double first = 0;
            Search(model, Settings with { AlignmentWeight = 0.1, AlignmentLayers = layers, Steps = 1, TryCounts = false }, new Immediately(p => first = p.Phase == SearchPhase.Steps && p.Step == 1 ? p.Alignment : first));
            return first;
        }).ToArray();
        Assert.All(distances, distance => Assert.True(distance > 0));
        Assert.Equal(distances[0], distances[3]);
        Assert.Equal(3, distances.Distinct().Count());
    }

    [Fact]
    public void A_search_that_gets_no_better_stops_with_the_best_it_had()
    {
        using var model = SearchSample.Model();
        // Steps of this size destroy what was found; the first check is the best.
        var settings = Settings with { Steps = 60, Patience = 2, CheckEvery = 2, Tightening = 0.1, InitialLimit = 0, LearningRate = 5, SiteLearningRate = 5 };
        var result = Search(model, settings);
        Assert.True(result.Report.Losses.Count < 60);
        Assert.Equal(5, result.Plan.Ledger.Mean);
    }

    [Fact]
    public void A_soft_forward_pass_searches_too_and_its_plan_is_as_exact()
    {
        using var model = SearchSample.Model();
        var result = Search(model, Settings with { SoftForward = true });
        Assert.Equal(5, result.Plan.Ledger.Mean);
        Assert.NotEqual(Search(model, Settings).Report.Losses, result.Report.Losses);
    }

    [Fact]
    public void A_guard_reports_what_each_family_lost()
    {
        using var model = SearchSample.Model();
        var report = Search(model, Settings with { Constraints = Settings.Constraints with { FamilyDrop = 0 } }).Report;
        Assert.Equal(0, report.FamilyDropLimit);
        Assert.Equal(["even", "odd"], report.FamilyDrops.Keys);
        Assert.All(report.FamilyDrops.Values, drop => Assert.InRange(drop, -1, 1));
    }

    private static double[] Form(TextRelevance relevance, int width) =>
        [.. from i in Enumerable.Range(0, width) from j in Enumerable.Range(0, width) select Enumerable.Range(0, relevance.Rank).Sum(r => (double)relevance.Text[r * width + i] * relevance.Visual[r * width + j])];

    private static SearchResult Search(VisionLanguageModel model, SearchSettings settings, IProgress<SearchProgress>? progress = null)
    {
        using var data = SearchSample.Data(model, 4, settings.SeesQuestion ? 1 : 3);
        return new OperatorSearch(model, settings).RunFront([settings.Constraints], data, data, progress, default)[0];
    }
}
