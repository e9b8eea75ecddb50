using EosMLNet.Models;
using EosMLNet.Reduction;
using FsCheck.Xunit;

namespace EosMLNet.Tests.Reduction;

public class BaselinesTests
{
    private static readonly Func<PlanModel, double, ReductionPlan>[] All =
        [(m, b) => Baselines.Random(m, b, 1), Baselines.Stride, Baselines.AveragePool, Baselines.FastV, Baselines.ToMe, Baselines.DivPrune];

    [Property]
    public void Every_baseline_meets_every_budget(byte layers, byte rows, byte columns, ushort hundredths)
    {
        var grid = new VisualGrid(rows % 14 + 1, columns % 14 + 1);
        var model = PlanModels.Scenes with { Layers = layers % 9 + 1, Grid = grid, VisualTokens = grid.Rows * grid.Columns };
        var budget = 1 + hundredths % 20_000 / 100.0;
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
    public void Baselines_but_FastV_look_at_the_picture_alone()
    {
        Assert.Equal([true, true, true, false, true, true], All.Select(make => make(PlanModels.Scenes, 16).IsQuestionAgnostic));
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
