using EosMLNet.Search;
using EosMLNet.Tests.Latency;
using EosMLNet.Tests.Plans;
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
            Assert.True(plan.Spent(kind) <= limit * (1 + 1e-12), $"{kind} is {plan.Spent(kind)}, allowed {limit}");
    }

    [Property(MaxTest = 500)]
    public void Any_search_state_becomes_a_plan_that_is_predicted_within_every_limit_on_latency(int seed)
    {
        var random = new Random(seed);
        var (model, layers, constraints) = Draw(random);
        constraints = (random.Next(2) == 0 ? constraints : new()) with { Latency = LatencySample.Random(model, seed) };
        ReductionSite[] dearest = [.. layers.Select(layer => new ReductionSite { Layer = layer, Keep = 1, Transfer = 1, Reweight = 1, ProportionalAttention = 1, Diversity = 1, Score = new Dictionary<ScoreCriterion, double> { [ScoreCriterion.FeatureNorm] = 1 } })];
        var least = new SearchBudget(model, layers, constraints with { LatencyFraction = 1 }, sites: dearest).Spent(ConstraintKind.LatencyFraction, [.. layers.Select(_ => 1)]);
        if (least > 1)
            return; // sites cost more than they save
        var (fraction, ms) = (least + (1 - least) * Math.Pow(random.NextDouble(), 2), 1000 * constraints.Profile!.Unreduced(model.Layers));
        constraints = random.Next(3) switch
        {
            0 => constraints with { LatencyFraction = fraction },
            1 => constraints with { LatencyMs = fraction * ms },
            _ => constraints with { LatencyFraction = fraction, LatencyMs = (least + (1 - least) * random.NextDouble()) * ms },
        };
        constraints.Check(model, layers, dearest);
        var budget = new SearchBudget(model, layers, constraints, sites: dearest);
        double[] logits = [.. layers.Select(_ => random.NextDouble() * 16 - 8)], gates = [.. layers.Select(_ => random.Next(3) switch { 0 => 0.0, 1 => 1.0, _ => random.NextDouble() })];
        SearchedSite[] sites = [.. budget.Counts(random.Next(2) == 0 ? logits : budget.Meet(logits, gates), gates).Select((count, i) => new SearchedSite(
            layers[i], gates[i], count, random.NextDouble() - 0.3, random.NextDouble(), random.NextDouble(), random.NextDouble() - 0.3, random.Next(2), new Dictionary<ScoreCriterion, double> { [ScoreCriterion.FeatureNorm] = 1 }))];

        var plan = ReductionPlan.Create(model, PlanMaker.Sites(sites, budget, model.VisualTokens, new()));

        foreach (var (kind, limit) in constraints.Limits)
            Assert.True(constraints.Spent(kind, plan) <= limit * (1 + 1e-12), $"{kind} is {constraints.Spent(kind, plan)}, allowed {limit}");
        Assert.Equal(constraints.Latency!.Predict(plan), 1000 * constraints.Profile!.Predict(plan), 1e-9);
        int[] entering = [model.VisualTokens, .. plan.Sites.Select(site => site.Keep)];
        Assert.All(plan.Sites.Zip(entering), x => Assert.True(x.First.Keep < x.Second)); // none that drops nothing
    }

    [Fact]
    public void Where_sites_cost_as_much_as_layers_those_that_drop_next_to_nothing_give_way()
    {
        var model = PlanModels.Scenes;
        var table = LatencySample.Plain(model, site: 1); // six layers with 144 tokens: 14.64 ms
        var budget = new SearchBudget(model, [0, 1, 2, 3, 4, 5], new() { LatencyMs = 8.8, Latency = table });
        var keeps = budget.Round([30.4, 30.1, 29.8, 29.5, 29.2, 28.9]); // one site with 29 tokens: 1 + 6 · 1.3 = 8.8; six of them would take 13.8
        Assert.Equal([29, 29, 29, 29, 29, 29], keeps.Select(keep => Math.Min(keep, 29)));
        Assert.Single(keeps.Prepend(144).Zip(keeps), pair => pair.First > pair.Second);
        Assert.True(budget.Holds(keeps));
    }

    [Fact]
    public void A_limit_on_latency_asks_for_a_table_that_fits_and_can_be_met()
    {
        var model = PlanModels.Scenes;
        var table = LatencySample.Plain(model, site: 1); // unreduced 14.64 ms; one token everywhere: 1 + 6 · 1.01 = 7.06 ms
        Expect.Error(EosErrors.InvalidOption, () => new SearchConstraints { LatencyMs = 8 }.Check(model, [0]), "latency table");
        Expect.Error(EosErrors.InvalidOption, () => new SearchConstraints { LatencyFraction = 0.5 }.Check(model, [0]), "latency table");
        Expect.Error(EosErrors.InvalidOption, () => new SearchConstraints { LatencyMs = 15, Latency = table }.Check(model, [0]), "LatencyMs is 15", "14.64");
        Expect.Error(EosErrors.InvalidOption, () => new SearchConstraints { LatencyFraction = 1.01, Latency = table }.Check(model, [0]));
        Expect.Error(EosErrors.InvalidOption, () => new SearchConstraints { LatencyFraction = double.NaN, Latency = table }.Check(model, [0]));
        Expect.Error(EosErrors.InvalidOption, () => new SearchConstraints { LatencyMs = 9, Latency = table, LatencyBatch = 2 }.Check(model, [0]), "batch 2");
        Expect.Error(EosErrors.InvalidOption, () => new SearchConstraints { LatencyMs = 9, Latency = table, LatencyTextTokens = 64 }.Check(model, [0]), "64 text tokens");
        Expect.Error(EosErrors.InfeasibleBudget, () => new SearchConstraints { LatencyMs = 7, Latency = table }.Check(model, [0]), "already gives 7.06");
        Expect.Error(EosErrors.InfeasibleBudget, () => new SearchConstraints { LatencyFraction = 0.4, Latency = table }.Check(model, [0]), "already gives 0.48224");
        Expect.Error(EosErrors.PlanMismatch, () => new SearchConstraints { LatencyMs = 8, Latency = table }.Check(PlanModels.Llava7B, [0]));
        new SearchConstraints { LatencyMs = 7.06, LatencyFraction = 0.4823, Latency = table }.Check(model, [0]);
        new SearchConstraints { MeanVisualTokens = 16, Latency = table }.Check(model, [0]); // to have it reported
    }

    [Fact]
    public void Limits_on_latency_tighten_and_share_like_others()
    {
        var (model, table) = (PlanModels.Scenes, LatencySample.Plain(PlanModels.Scenes, site: 1));
        var limits = new SearchConstraints { LatencyMs = 7.32, LatencyFraction = 0.6, Latency = table };
        Assert.Equal(0.5, limits.Share(model), 1e-9);
        var looser = limits.AtLeast(0.8, model);
        Assert.Equal((0.8 * 14.64, 0.8), (looser.LatencyMs!.Value, looser.LatencyFraction!.Value), new Close());
        Assert.Equal((Math.Sqrt(0.8 * 14.64 * 7.32), Math.Sqrt(0.8 * 0.6)), (limits.Loosened(looser, 0.5).LatencyMs!.Value, limits.Loosened(looser, 0.5).LatencyFraction!.Value), new Close());
        Assert.Equal(limits, limits.Loosened(looser, 0));
    }

    private sealed class Close : IEqualityComparer<(double, double)>
    {
        public bool Equals((double, double) x, (double, double) y) => Math.Abs(x.Item1 - y.Item1) < 1e-9 && Math.Abs(x.Item2 - y.Item2) < 1e-9;
        public int GetHashCode((double, double) obj) => 0;
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
        LedgerKind[] kinds = [.. ConstraintKind.All.OfType<LedgerKind>()];
        var budget = new SearchBudget(model, layers, kinds.Aggregate(new SearchConstraints(), (constraints, kind) => constraints.With(kind, 1)));
        double[] keeps = [.. layers.Select(_ => (double)random.Next(1, model.VisualTokens + 1)).OrderDescending()];
        var ledger = TokenLedger.Compute(model, [.. layers.Select((layer, i) => new ReductionSite { Layer = layer, Keep = (int)keeps[i], Score = new Dictionary<ScoreCriterion, double>() })]);

        Assert.Equal(kinds, budget.Constraints.Select(c => c.Kind));
        Assert.All(budget.Constraints, c => Assert.Equal(((LedgerKind)c.Kind).Of(ledger, model.VisualTokens), c.Of(keeps), 1e-9 * ((LedgerKind)c.Kind).Of(ledger, model.VisualTokens)));
        using var scope = NewDisposeScope();
        var tensors = keeps.Select(k => tensor(k, dtype: ScalarType.Float64)).ToArray();
        Assert.All(budget.Constraints, c => Assert.Equal(c.Excess(keeps), c.Excess(tensors).Number(), 1e-9 * ((LedgerKind)c.Kind).Of(ledger, model.VisualTokens)));
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

    [Property(MaxTest = 500)]
    public void Sites_that_are_not_there_keep_what_enters_them_and_the_others_meet_every_constraint(int seed)
    {
        var random = new Random(seed);
        var (model, layers, constraints) = Draw(random);
        if (random.Next(2) == 0)
            constraints = constraints with { LatencyFraction = 1, Latency = LatencySample.Random(model, seed) };
        var budget = new SearchBudget(model, layers, constraints);
        double[] real = [.. layers.Select(_ => 1 + random.NextDouble() * (model.VisualTokens - 1)).OrderDescending()];
        bool[] open = [.. layers.Select(_ => random.Next(2) == 0)];
        if (!budget.CanMeet(open))
            return;
        var keeps = budget.Round(real, open);

        Assert.True(budget.Holds(keeps));
        Assert.All(Enumerable.Range(0, open.Length).Where(i => !open[i]), i => Assert.Equal(i == 0 ? model.VisualTokens : keeps[i - 1], keeps[i]));
        Assert.All(keeps.Prepend(model.VisualTokens).Zip(keeps), pair => Assert.True(pair.First >= pair.Second && pair.Second >= 1));
    }

    [Fact]
    public void Fewer_sites_use_the_budget_up_too()
    {
        var budget = new SearchBudget(PlanModels.Scenes, [0, 1, 2, 3, 4, 5], new() { MeanVisualTokens = 16 });
        Assert.Equal([18, 18, 18, 18, 18, 6], budget.Round([18, 17.6, 17, 17, 17, 5.6], [true, false, false, false, false, true]));
        Assert.Equal([16, 16, 16, 16, 16, 16], budget.Round([19, 18, 17, 16, 15, 14], [true, false, false, false, false, false]));
        Assert.False(budget.CanMeet([false, true, true, true, true, true])); // 144 tokens in the first layer are 24 on average
        Assert.True(budget.CanMeet([true, false, false, false, false, false]));
        budget = new SearchBudget(PlanModels.Scenes, [0, 1, 2, 3, 4, 5], new() { FinalVisualTokens = 4 });
        Assert.Equal([80, 80, 80, 80, 4, 4], budget.Round([80, 40, 30, 20, 10, 8], [true, false, false, false, true, false]));
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
