using EosMLNet.Models;
using EosMLNet.Reduction;
using EosMLNet.Search;
using EosMLNet.Tests.Reduction;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Search;

public class SearchBudgetTests
{
    [Property(MaxTest = 1000)]
    public void Any_search_state_becomes_a_plan_that_meets_every_constraint_exactly(int seed)
    {
        var random = new Random(seed);
        var (model, layers, constraints) = Draw(random);
        constraints.Check(model, layers);
        var budget = new SearchBudget(model, layers, constraints);
        double[] logits = [.. layers.Select(_ => random.NextDouble() * 16 - 8)], gates = [.. layers.Select(_ => random.Next(3) switch { 0 => 0.0, 1 => 1.0, _ => random.NextDouble() })];
        SearchedSite[] sites = [.. budget.Counts(random.Next(2) == 0 ? logits : budget.Meet(logits, gates), gates).Select((count, i) => new SearchedSite(
            layers[i], gates[i], count, random.NextDouble(), random.NextDouble(), random.NextDouble(), random.NextDouble(), random.NextDouble(),
            new Dictionary<ScoreCriterion, double> { [ScoreCriterion.FeatureNorm] = 1 }))];

        var plan = ReductionPlan.Create(model, PlanMaker.Sites(sites, budget, model.VisualTokens, new()));

        foreach (var (kind, limit) in constraints.Limits)
            Assert.True(plan.Ledger.Of(kind) <= limit * (1 + 1e-12), $"{kind} is {plan.Ledger.Of(kind)}, allowed {limit}");
    }

    [Property(MaxTest = 300)]
    public void Open_gates_let_the_counts_of_the_search_meet_every_constraint_and_reach_one(int seed)
    {
        var random = new Random(seed);
        var (model, layers, constraints) = Draw(random);
        var budget = new SearchBudget(model, layers, constraints);
        double[] open = [.. layers.Select(_ => 1.0)];
        var counts = budget.Counts(budget.Meet([.. layers.Select(_ => random.NextDouble() * 4 - 2)], open), open);

        Assert.All(budget.Constraints, c => Assert.InRange(c.Excess(counts), -1, 0.02)); // 0.02: a sigmoid never drops quite all
        if (layers.Length > 1 && constraints.Limits.Any(x => x.Kind != ConstraintKind.FinalVisualTokens) && counts[0] < 0.99 * model.VisualTokens)
            Assert.Contains(budget.Constraints, c => c.Kind != ConstraintKind.FinalVisualTokens && c.Excess(counts) > -1e-3);
    }

    [Property(MaxTest = 200)]
    public void The_constraints_of_whole_counts_are_the_ledgers_entries(int seed)
    {
        var random = new Random(seed);
        var (model, layers, _) = Draw(random);
        var budget = new SearchBudget(model, layers, new() { MeanVisualTokens = 1, FinalVisualTokens = 1, MacsRatio = 1, KvBytesRatio = 1 });
        double[] keeps = [.. layers.Select(_ => (double)random.Next(1, model.VisualTokens + 1)).OrderDescending()];
        var ledger = TokenLedger.Compute(model, [.. layers.Select((layer, i) => new ReductionSite { Layer = layer, Keep = (int)keeps[i], Score = new Dictionary<ScoreCriterion, double>() })]);

        Assert.Equal(4, budget.Constraints.Count);
        Assert.All(budget.Constraints, c => Assert.Equal(ledger.Of(c.Kind), c.Of(keeps), 1e-9 * ledger.Of(c.Kind)));
        using var scope = NewDisposeScope();
        var tensors = keeps.Select(k => tensor(k, dtype: ScalarType.Float64)).ToArray();
        Assert.All(budget.Constraints, c => Assert.Equal(c.Excess(keeps), c.Excess(tensors).Number(), 1e-9 * ledger.Of(c.Kind)));
    }

    [Fact]
    public void A_limit_on_the_last_count_leaves_the_others_as_they_are()
    {
        var budget = new SearchBudget(PlanModels.Scenes, [0, 1, 2, 3, 4, 5], new() { FinalVisualTokens = 4 });
        Assert.Equal([80, 40, 30, 20, 10, 4], budget.Round([80, 40, 30, 20, 10, 8]));
        Assert.Equal([80, 40, 30, 20, 10, 3], budget.Round([80, 40, 30, 20, 10, 3]));
        double[] logits = [1, 0.5, 2, 0, 1, 0.3], open = [1, 1, 1, 1, 1, 1];
        Assert.Equal(logits[..5], budget.Meet(logits, open)[..5]);
        Assert.Equal(4, budget.Counts(budget.Meet(logits, open), open)[^1], 1e-6);
        Assert.Equal(4, budget.Counts(budget.Meet(logits, [1, 1, 1, 1, 1, 0]), [1, 1, 1, 1, 1, 0])[^1], 1e-6);
    }

    [Fact]
    public void A_limit_on_operations_is_used_up_as_far_as_whole_counts_can()
    {
        var model = PlanModels.Scenes;
        var budget = new SearchBudget(model, [0, 1, 2, 3, 4, 5], new() { MacsRatio = 0.4 });
        var keeps = budget.Round([40, 30, 20, 15, 10, 5]);
        Assert.True(budget.Holds(keeps));
        keeps[0]++;
        keeps[5]++;
        Assert.False(budget.Holds(keeps));
    }

    [Theory]
    [InlineData(0.9, null, null, null, "at least that", "1")]
    [InlineData(null, 0.5, null, null, "FinalVisualTokens of at most 0.5", "1")]
    [InlineData(20.0, 8.0, 0.01, null, "MacsRatio of at most 0.01", "0.1")]
    [InlineData(20.0, null, 0.9, 0.1, "KvBytesRatio of at most 0.1", "0.1875")]
    public void What_cannot_be_met_is_refused_with_the_smallest_value_that_can(double? mean, double? final, double? macs, double? kv, string what, string least)
    {
        var error = Assert.Throws<EosException>(() => new SearchConstraints { MeanVisualTokens = mean, FinalVisualTokens = final, MacsRatio = macs, KvBytesRatio = kv }
            .Check(PlanModels.Scenes, [0]));
        Assert.Equal(EosErrors.InfeasibleBudget, error.Code);
        Assert.Contains(what, error.Message);
        Assert.Contains($"already gives {least}", error.Message);
    }

    [Fact]
    public void No_constraint_and_limits_out_of_range_are_refused()
    {
        Assert.Equal(EosErrors.InvalidOption, Refusal(new()).Code);
        Assert.Equal(EosErrors.InvalidOption, Refusal(new() { MeanVisualTokens = 145 }).Code);
        Assert.Equal(EosErrors.InvalidOption, Refusal(new() { MeanVisualTokens = 16, MacsRatio = 1.5 }).Code);
        Assert.Equal(EosErrors.InvalidOption, Refusal(new() { KvBytesRatio = double.NaN }).Code);
        Assert.Equal(EosErrors.InvalidOption, Refusal(new() { FinalVisualTokens = -1 }).Code);

        static EosException Refusal(SearchConstraints constraints) => Assert.Throws<EosException>(() => constraints.Check(PlanModels.Scenes, [0]));
    }

    // A model, sites and some limits that can be met together: all that one token everywhere gives can.
    private static (PlanModel, int[], SearchConstraints) Draw(Random random)
    {
        var model = Model(random.Next(1, 9), random.Next(2, 16));
        int[] layers = [.. Enumerable.Range(0, model.Layers).Where(_ => random.Next(3) > 0).DefaultIfEmpty(0)];
        var least = TokenLedger.Of(model, [.. Enumerable.Range(0, model.Layers).Select(layer => layer < layers[0] ? model.VisualTokens : 1)]);
        var chosen = random.Next(1, 16);
        return (model, layers, new SearchConstraints
        {
            MeanVisualTokens = Limit(1, least.Mean, model.VisualTokens),
            FinalVisualTokens = Limit(2, least.Final, model.VisualTokens),
            MacsRatio = Limit(4, least.MacsRatio, 1),
            KvBytesRatio = Limit(8, least.KvBytesRatio, 1),
        });

        double? Limit(int bit, double from, double to) => (chosen & bit) == 0 ? null : random.Next(8) == 0 ? from : from + (to - from) * Math.Pow(random.NextDouble(), 2);
    }

    private static PlanModel Model(int layers, int side) => new()
    {
        Family = "test",
        Fingerprint = "sha256:test",
        Layers = layers,
        VisualTokens = side * side,
        Grid = new VisualGrid(side, side),
        HiddenSize = 96,
        IntermediateSize = 256,
        Heads = 6,
        KeyValueHeads = 2,
        HeadSize = 16,
    };
}
