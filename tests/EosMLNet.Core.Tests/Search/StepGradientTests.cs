using EosMLNet.Models;
using EosMLNet.Search;
using TorchSharp;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Search;

/// <summary>A step in pieces has the gradient of the step in one piece.</summary>
public class StepGradientTests
{
    private static readonly SearchSettings Settings = new()
    {
        Constraints = new() { MeanVisualTokens = 6, FinalVisualTokens = 3 }, RelevanceRank = 4, Scores = [ScoreCriterion.Probe, ScoreCriterion.TextRelevance, ScoreCriterion.TextAttention, ScoreCriterion.RaterAttention], CandidateFactor = 1.5,
    };

    private static readonly SearchSettings[] Losses =
    [
        Settings,
        Settings with { AlignmentWeight = 0.3, AlignmentLayers = [0, 2] },
        Settings with { AlignmentWeight = 0.3, Objective = SearchObjective.UnreducedModel, Sites = [1, 3] },
        Settings with { Constraints = Settings.Constraints with { FamilyDrop = 0 } },
        // A soft forward pass counts what its first row has left, so that rows see each other unless all tokens stay.
        Settings with { SoftForward = true, AlignmentWeight = 0.3, AlignmentLayers = [1, 3], CandidateFactor = 0, Frozen = new() { Diversity = 0 } },
        Settings with { Scores = [ScoreCriterion.Probe, ScoreCriterion.ClsAttention], AlignmentWeight = 0.3, Constraints = Settings.Constraints with { FamilyDrop = 0 }, Frozen = new() { Temperature = 0, Transfer = 1 } },
    ];

    public static TheoryData<int, int?, int?> Ways()
    {
        var data = new TheoryData<int, int?, int?>();
        for (var i = 0; i < Losses.Length; i++)
            foreach (var (rows, layers) in new (int?, int?)[] { (1, null), (2, null), (null, 1), (null, 3), (null, 4), (2, 2) })
                data.Add(i, rows, layers);
        return data;
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Rows_that_are_run_a_few_at_a_time_and_layers_that_are_run_again_give_the_same_gradient(int loss, int? rows, int? layers)
    {
        var (expected, whole) = Gradient(Losses[loss]);
        var (found, pieces) = Gradient(Losses[loss] with { MicroBatch = rows, RecomputedLayers = layers });
        Assert.True(expected.Count(gradient => gradient.Any(x => x != 0)) >= 5); // there is something to compare
        Close([whole.Task, whole.Alignment, whole.Total], [pieces.Task, pieces.Alignment, pieces.Total]);
        foreach (var (one, other) in expected.Zip(found))
            Close(one, other);

        static void Close(double[] expected, double[] found)
        {
            var scale = expected.Max(Math.Abs);
            Assert.All(expected.Zip(found), x => Assert.InRange(x.Second - x.First, -1e-10 * scale, 1e-10 * scale));
        }
    }

    [Fact]
    public void Nothing_in_front_of_the_first_site_is_recorded_for_the_backward_pass()
    {
        using var scope = NewDisposeScope();
        using var model = SearchSample.Model(dtype: ScalarType.Float64);
        using var data = SearchSample.Data(model, 3, 1);
        using var basis = ScoreBasis.Of(model, data, data.Rows, 4, ScalarType.Float64);
        using var variables = new SearchVariables(model, Settings with { Sites = [2, 3] }, basis);
        var batch = new PackedBatch(data.Rows, model);
        var vision = data.Images.Get(PackedRow.ImagesOf(data.Rows));
        var left = new SearchForward(model).RunTo([0, 1, 2, 3], batch, vision, variables.Sites(), 0.3, k => k + 2);
        Assert.Equal([false, false, true, true], left.Select(states => states.requires_grad));
        Assert.All(model.Weights.Values.Concat(vision.Tensors), tensor => Assert.False(tensor.requires_grad));
    }

    [Fact]
    public void Steps_in_pieces_leave_no_tensors_behind()
    {
        using var model = SearchSample.Model();
        var settings = Settings with { MicroBatch = 2, RecomputedLayers = 2, Constraints = Settings.Constraints with { FamilyDrop = 0 }, AlignmentWeight = 0.1 };
        Gradient(settings, model); // what is made once
        var before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
        Gradient(settings, model);
        Assert.Equal(before, DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void A_search_in_pieces_finds_a_plan_within_its_limits_and_the_same_one_again()
    {
        using var model = SearchSample.Model();
        var settings = Settings with { Steps = 6, BatchSize = 4, MicroBatch = 3, RecomputedLayers = 2 };
        Assert.Equal(Search(), Search());

        string Search()
        {
            using SearchData data = SearchSample.Data(model, 4, 1), held = SearchSample.Data(model, 2, 1, seed: 2);
            var plan = new OperatorSearch(model, settings).RunFront([settings.Constraints], data, held, null, default)[0].Plan;
            Assert.True(plan.Ledger.Mean <= 6);
            return plan.ToJson();
        }
    }

    [Theory]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Float16)]
    public void Models_in_half_precision_are_searched_with_losses_close_to_those_of_single_precision(ScalarType type)
    {
        using SearchData data = Data(type, out var half), exact = Data(ScalarType.Float32, out var single);
        using (half)
        using (single)
        {
            var settings = Settings with { Constraints = new() { MeanVisualTokens = 6 }, Steps = 4, BatchSize = 4, AlignmentWeight = 0.1, MicroBatch = 3, RecomputedLayers = 2, Scores = [ScoreCriterion.Probe] };
            SearchResult found = Search(half, data), expected = Search(single, exact);
            Assert.True(found.Plan.Ledger.Mean <= 6);
            Assert.All(expected.Report.Losses.Zip(found.Report.Losses), x => Assert.InRange(x.Second / x.First, 0.9, 1.1));

            SearchResult Search(VisionLanguageModel model, SearchData of) => new OperatorSearch(model, settings).RunFront([settings.Constraints], of, of, null, default)[0];
        }

        static SearchData Data(ScalarType type, out LlavaModel model) => SearchSample.Data(model = SearchSample.Model(dtype: type), 4, 1);
    }

    private static (IReadOnlyList<double[]> Gradients, StepLoss Loss) Gradient(SearchSettings settings)
    {
        using var model = SearchSample.Model(dtype: ScalarType.Float64);
        return Gradient(settings, model);
    }

    private static (IReadOnlyList<double[]> Gradients, StepLoss Loss) Gradient(SearchSettings settings, VisionLanguageModel model)
    {
        using var scope = NewDisposeScope();
        // Five rows of unequal length: parts of unlike sizes, with unlike numbers of questions and tokens.
        using var data = SearchSample.Data(model, 5, settings.SeesQuestion ? 1 : 3, settings.SeesQuestion ? 1 : 3);
        var forward = new SearchForward(model);
        var layers = StepGradient.Layers(model, settings);
        using var unreduced = settings.AlignmentWeight > 0 ? new UnreducedPass(model, forward, layers, 1 << 28) : null;
        using var basis = ScoreBasis.Of(model, data, data.Rows, settings.RelevanceRank, model.DataType);
        using var variables = new SearchVariables(model, settings, basis);
        var guard = settings.Constraints.FamilyDrop is { } drop ? new FamilyGuard([0.9, 0.8], drop) : null;
        var sites = variables.Sites(variables.Budget.Spans.Select((_, i) => 0.3 + 0.1 * i).ToArray());
        double[] multipliers = [0.7, 0.2];
        var loss = new StepGradient(model, forward, settings, unreduced).Backward(data.Rows, data.Images, sites, 0.3, [.. variables.Budget.Constraints.Zip(multipliers)], guard);
        return ([.. variables.ScoreParameters.Concat(variables.CountParameters).Concat(variables.SiteParameters).Select(x => x.grad is { } gradient ? gradient.Numbers() : [0])], loss);
    }
}
