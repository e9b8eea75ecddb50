using Benchmarks.Quality;
using Benchmarks.Searching;
using EosMLNet.Tests.Plans;

namespace Benchmarks.Tests.Searching;

public sealed class ScheduleTests
{
    private const int Plans = 300;

    private static readonly PlanModel Model = PlanModels.Scenes;

    [Theory]
    [InlineData(48)]
    [InlineData(16)]
    [InlineData(7.5)]
    [InlineData(4)]
    public void P_Sigmoid_meets_the_budget_exactly(double budget) =>
        AssertExact(budget, PSigmoid.Dimensions, point => PSigmoid.Plan(Model, budget, point));

    [Theory]
    [InlineData(48)]
    [InlineData(16)]
    [InlineData(7.5)]
    [InlineData(4)]
    public void Every_free_plan_meets_the_budget_exactly(double budget) =>
        AssertExact(budget, FreePlans.Dimensions(Model), point => FreePlans.Plan(Model, budget, point));

    [Theory]
    [InlineData(48)]
    [InlineData(16)]
    [InlineData(4)]
    public void A_uniform_schedule_meets_the_budget_exactly(double budget) =>
        AssertExact(budget, 1, point => SearchBaselines.Uniform(Model, budget, point[0]));

    [Fact]
    public void P_Sigmoid_reaches_from_a_constant_schedule_to_a_sudden_end()
    {
        double[] constant = [.. PSigmoid.Plan(Model, 16, [1, 0, 0]).Ledger.VisualTokensPerLayer], sudden = [.. PSigmoid.Plan(Model, 16, [0.4, 1, 0]).Ledger.VisualTokensPerLayer];
        Assert.InRange(constant[0] - constant[^1], 0, 6);
        Assert.Equal(1, sudden[^1]);
        Assert.True(sudden[0] >= 30, string.Join(" ", sudden));
    }

    [Fact]
    public void Free_plans_prune_in_one_half_and_hand_content_on_in_the_other()
    {
        var random = new Random(1);
        var transfers = Enumerable.Range(0, Plans).Count(_ => FreePlans.Plan(Model, 16, RandomSearch.Draw(random, FreePlans.Dimensions(Model))).Sites.Any(site => site.Transfer > 0));
        Assert.InRange(transfers, Plans * 2 / 5, Plans * 3 / 5);
    }

    // Also the two ends of every coordinate are tried.
    private static void AssertExact(double budget, int dimensions, Func<double[], ReductionPlan> plan)
    {
        var random = new Random(1);
        var points = Enumerable.Range(0, Plans).Select(_ => RandomSearch.Draw(random, dimensions)).Append(new double[dimensions]).Append([.. Enumerable.Repeat(1.0, dimensions)]);
        foreach (var point in points)
        {
            var tokens = plan(point).Ledger.VisualTokensPerLayer;
            Assert.Equal((int)Math.Floor(budget * Model.Layers), tokens.Sum());
            Assert.Equal(tokens.OrderDescending(), tokens);
        }
    }
}
