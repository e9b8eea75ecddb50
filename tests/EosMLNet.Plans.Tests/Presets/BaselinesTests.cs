using EosMLNet.Tests.Plans;
using FsCheck;
using FsCheck.Xunit;

namespace EosMLNet.Tests.Presets;

public class BaselinesTests
{
    private static readonly Func<PlanModel, double, ReductionPlan>[] All =
        [(m, b) => Baselines.Random(m, b, 1), Baselines.Stride, Baselines.AveragePool, Baselines.FastV, Baselines.ToMe, Baselines.DivPrune,
         Baselines.PyramidDrop, Baselines.SparseVlm1, Baselines.SparseVlm2, Baselines.Dart,
         Baselines.VisionZip, Baselines.PruMerge, Baselines.PruMergePlus, Baselines.ToMeTower];

    [Property]
    public void Every_baseline_meets_every_budget(byte layers, byte rows, byte columns, DoNotSize<ushort> hundredths)
    {
        var grid = new VisualGrid(rows % 14 + 1, columns % 14 + 1);
        var model = PlanModels.Scenes with { Layers = layers % 9 + 1, Grid = grid, VisualTokens = grid.Rows * grid.Columns };
        var budget = 1 + hundredths.Item % 20_000 / 100.0;
        Assert.All(All, make => Assert.True(make(model, budget).Ledger.Mean <= budget));
    }

    [Theory]
    [InlineData(48)]
    [InlineData(36)]
    [InlineData(16)]
    [InlineData(4)]
    public void The_budgets_of_the_paper_are_met_exactly(double budget)
    {
        Assert.All(All, make => Assert.Equal(budget, make(PlanModels.Scenes, budget).Ledger.Mean));
    }

    [Fact]
    public void ToMe_halves_until_the_budget_is_reached()
    {
        var plan = Baselines.ToMe(PlanModels.Scenes, 16);
        Assert.Equal([72, 36, 18, 16], plan.Sites.Select(site => site.Keep));
        Assert.All(plan.Sites, site => Assert.Equal(OperatorRegime.Merge, site.Regime));
    }

    [Fact]
    public void FastV_acts_alone_where_it_can_and_after_a_thinning_where_it_cannot()
    {
        var alone = Assert.Single(Baselines.FastV(PlanModels.Scenes, 72).Sites);
        Assert.Equal((2, 36, OperatorRegime.Prune), (alone.Layer, alone.Keep, alone.Regime));
        Assert.Equal([(0, 24, OperatorRegime.Prune), (2, 12, OperatorRegime.Prune)],
            Baselines.FastV(PlanModels.Scenes, 16).Sites.Select(site => (site.Layer, site.Keep, site.Regime)));
        // The nominal keeps of the published budgets on LLaVA-1.5-7B.
        Assert.Equal([166, 98], new[] { 192.0, 128 }.Select(budget => Baselines.FastV(PlanModels.Llava7B, budget).Ledger.Final));
    }

    [Fact]
    public void At_their_true_mean_on_the_published_model_methods_have_their_published_schedules()
    {
        Assert.Equal([(8, 288), (16, 144), (24, 72)], Schedule(Baselines.PyramidDrop(PlanModels.Llava7B, 270)));
        Assert.Equal([(3, 238), (7, 108), (16, 60)], Schedule(Baselines.SparseVlm2(PlanModels.Llava7B, 144.125)));
        Assert.Equal([(3, 312), (7, 117), (16, 39)], Schedule(Baselines.SparseVlm1(PlanModels.Llava7B, 145.40625)));
        Assert.Equal([9, 7, 3], Baselines.SparseVlm1(PlanModels.Llava7B, 145.40625).Sites.Select(site => site.Extra!.Count));
        Assert.Equal([(2, 128)], Schedule(Baselines.Dart(PlanModels.Llava7B, 156)));
    }

    [Fact]
    public void Heads_and_pivots_are_the_published_parts_and_at_least_one()
    {
        Assert.Equal([14, 14, 14], Baselines.SparseVlm2(PlanModels.Llava7B, 144.125).Sites.Select(site => site.RaterHeads));
        Assert.Equal([1, 1, 1], Baselines.SparseVlm2(PlanModels.Scenes with { Heads = 2 }, 48).Sites.Select(site => site.RaterHeads));
        Assert.Equal([(4, 124), (3, 93), (2, 62)], new[] { 156, 126, 96 }.Select(budget =>
            Pivots(Baselines.Dart(PlanModels.Llava7B, budget))));
        Assert.Equal(1, Pivots(Baselines.Dart(PlanModels.Scenes, 16)).TextPivots);

        static (int TextPivots, int Count) Pivots(ReductionPlan plan) => (plan.Sites[^1].Extra!.TextPivots, plan.Sites[^1].Extra!.Count);
    }

    // Of 144 tokens, 2 layers have all and 4 have what is kept.
    [Fact]
    public void A_method_that_would_keep_less_than_a_tenth_is_thinned_first()
    {
        Assert.Equal([(2, 15)], Schedule(Baselines.FastV(PlanModels.Scenes, (2 * 144 + 4 * 15) / 6.0)));
        Assert.Equal([0, 2], Baselines.FastV(PlanModels.Scenes, (2 * 144 + 4 * 14) / 6.0).Sites.Select(site => site.Layer));
    }

    [Fact]
    public void A_schedule_is_scaled_to_the_depth_of_the_model_and_to_the_budget()
    {
        Assert.Equal([(1, 66), (2, 30), (3, 16)], Schedule(Baselines.SparseVlm2(PlanModels.Scenes, 48)));
        Assert.Equal([(0, 30), (2, 16), (3, 8), (5, 4)], Schedule(Baselines.PyramidDrop(PlanModels.Scenes, 16)));
        Assert.Equal(2, Baselines.SparseVlm2(PlanModels.Scenes with { Layers = 3 }, 16).Sites.Count(site => site.Layer > 0));
    }

    private static IEnumerable<(int Layer, int Keep)> Schedule(ReductionPlan plan) => plan.Sites.Select(site => (site.Layer, site.Keep));

    [Fact]
    public void ToMe_in_the_tower_merges_evenly_and_leaves_the_rest_to_the_decoders_input()
    {
        Assert.Equal([(ReductionStage.Tower, 112), (ReductionStage.Tower, 80), (ReductionStage.Tower, 48)],
            Baselines.ToMeTower(PlanModels.Scenes, 48).Sites.Select(site => (site.Stage, site.Keep)));
        Assert.Equal([(ReductionStage.Tower, 72), (ReductionStage.Tower, 36), (ReductionStage.Tower, 18), (ReductionStage.Decoder, 9), (ReductionStage.Decoder, 5), (ReductionStage.Decoder, 4)],
            Baselines.ToMeTower(PlanModels.Scenes, 4).Sites.Select(site => (site.Stage, site.Keep)));
    }

    [Fact]
    public void The_published_proportions_are_kept()
    {
        Assert.Equal((64, 10), Baselines.VisionZip(PlanModels.Llava7B, 64).Sites.Select(site => (site.Keep, site.Extra!.Count)).Single());
        Assert.Equal((128, 20), Baselines.VisionZip(PlanModels.Llava7B, 128).Sites.Select(site => (site.Keep, site.Extra!.Count)).Single());
        Assert.Equal((145, 108), Baselines.PruMergePlus(PlanModels.Llava7B, 145).Sites.Select(site => (site.Keep, site.Extra!.Count)).Single());
    }

    [Fact]
    public void Baselines_in_front_of_the_decoder_look_at_the_image_alone()
    {
        Assert.Equal([true, true, true, false, true, true, false, false, false, false, true, true, true, true], All.Select(make => make(PlanModels.Scenes, 16).IsQuestionAgnostic));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-3)]
    [InlineData(0.99)]
    [InlineData(double.NaN)]
    public void A_budget_below_one_token_is_infeasible(double budget)
    {
        Assert.All(All, make => Assert.Equal(EosErrors.InfeasibleBudget, Assert.Throws<EosException>(() => make(PlanModels.Scenes, budget)).Code));
    }
}
