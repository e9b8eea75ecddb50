using EosMLNet.Tests.Sites;
using FsCheck.Xunit;

namespace EosMLNet.Tests.Plans;

public sealed class PlanFamilyTests
{
    private static readonly PlanProvenance Search = new(1, 1000, "sha256:da", "0.2.0", "cpu");

    // Layers 0, 2, 4 in the one, 0, 3 in the other: a search leaves out sites that do not pay.
    private static readonly ReductionPlan Loose = Plan([(0, 96), (2, 40), (4, 20)], transfer: 0.2, temperature: 0.5, probe: [0, 2]);
    private static readonly ReductionPlan Tight = Plan([(0, 24), (3, 4)], transfer: 0.8, temperature: 0.02, probe: [1, 4]);

    [Fact]
    public void The_budgets_of_its_plans_give_those_plans_and_a_larger_one_the_loosest()
    {
        var family = new PlanFamily([Loose, Tight]);
        Assert.Equal((Tight.Ledger.Mean, Loose.Ledger.Mean), (family.Least, family.Most));
        Assert.Same(Tight, family.At(family.Least));
        Assert.Same(Loose, family.At(family.Most));
        Assert.Same(Loose, family.At(144));
    }

    [Property]
    public bool Any_budget_between_is_met_and_used_and_a_larger_one_keeps_no_less(byte first, byte second)
    {
        var family = new PlanFamily([Tight, Loose]);
        var (low, high) = (Budget(Math.Min(first, second)), Budget(Math.Max(first, second)));
        var (fewer, more) = (family.At(low), family.At(high));
        return Uses(fewer, low) && Uses(more, high) && fewer.Ledger.Mean <= more.Ledger.Mean
            && new[] { fewer, more }.All(plan => plan.Sites.Zip(plan.Sites.Skip(1)).All(pair => pair.First.Keep >= pair.Second.Keep));

        double Budget(byte at) => family.Least + (family.Most - family.Least) * at / byte.MaxValue;
        bool Uses(ReductionPlan plan, double budget) => plan.Ledger.Mean <= budget + 1e-6 && plan.Ledger.Mean > budget - 0.5;
    }

    [Fact]
    public void Half_way_the_numbers_lie_half_way_and_every_layer_with_a_site_has_one()
    {
        var middle = new PlanFamily([Loose, Tight]).At(Math.Sqrt(Loose.Ledger.Mean * Tight.Ledger.Mean));
        Assert.Equal([(0, 49), (2, 32), (3, 13), (4, 9)], middle.Sites.Select(site => (site.Layer, site.Keep)));
        Assert.Equal(0.5, middle.Sites[0].Transfer, 6);
        Assert.Equal(0.1, middle.Sites[0].Temperature, 6); // of 0.5 and 0.02
        Assert.Equal([0.5f, 3f], middle.Parameters!.Probe!.Take(2));
        Assert.Equal(Search, middle.Provenance);
        Assert.Equal(middle.ToJson(), ReductionPlan.FromJson(middle.ToJson(), middle.Parameters).ToJson());
    }

    [Theory]
    [InlineData(double.PositiveInfinity, 0.5)]
    [InlineData(0.5, double.PositiveInfinity)]
    [InlineData(0, 0.5)]
    [InlineData(0.5, 0)]
    [InlineData(0, double.PositiveInfinity)]
    public void Between_a_corner_and_a_number_the_nearer_plan_decides(double tight, double loose)
    {
        var family = new PlanFamily([Plan([(0, 96)], 0.2, loose, [1]), Plan([(0, 6)], 0.2, tight, [1])]);
        Assert.Equal(tight, family.At(12).Sites[0].Temperature);
        Assert.Equal(loose, family.At(48).Sites[0].Temperature);
    }

    [Fact]
    public void What_is_no_number_is_that_of_the_nearer_plan()
    {
        var (keys, hidden) = (new Affinity { Feature = AffinityFeature.Key }, new Affinity { Feature = AffinityFeature.Hidden });
        var family = new PlanFamily([Of(6, keys), Of(96, hidden)]);
        Assert.Equal(keys, family.At(12).Sites[0].Affinity);
        Assert.Equal(hidden, family.At(48).Sites[0].Affinity);

        static ReductionPlan Of(int keep, Affinity affinity) => Found([Norm(keep) with { Affinity = affinity }]);
    }

    [Fact]
    public void A_criterion_that_one_plan_lacks_has_the_weight_0_there()
    {
        var (norm, both) = (Norm(9), Norm(36) with { Score = Scores.Of(ScoreCriterion.FeatureNorm, ScoreCriterion.Novelty) });
        var score = new PlanFamily([Found([norm]), Found([both])]).At(18).Sites[0].Score; // half way
        Assert.Equal([(ScoreCriterion.Novelty, 0.5), (ScoreCriterion.FeatureNorm, 1)],
            score.Select(part => (part.Key, Math.Round(part.Value, 6))));
    }

    public static TheoryData<ScoreParameters?, ScoreParameters?, ScoreParameters?> Learned
    {
        get
        {
            ScoreParameters probe = new() { Probe = Numbers(1) }, relevance = new() { Relevance = new(1, Numbers(2), Numbers(3)) };
            ScoreParameters both = new() { Probe = Numbers(5), Relevance = new(1, Numbers(6), Numbers(9)) };
            return new()
            {
                { null, null, null },
                { probe, null, probe },
                { null, relevance, relevance },
                { probe, relevance, new() { Probe = Numbers(1), Relevance = relevance.Relevance } },
                { both, probe, new() { Probe = Numbers(3), Relevance = both.Relevance } },
                { relevance, both, new() { Probe = Numbers(5), Relevance = new(1, Numbers(4), Numbers(6)) } },
            };
        }
    }

    [Theory]
    [MemberData(nameof(Learned))]
    public void Half_way_learned_parameters_lie_half_way_or_are_those_of_the_plan_that_has_them(
        ScoreParameters? tight, ScoreParameters? loose, ScoreParameters? between)
    {
        var middle = new PlanFamily([Of(9, tight), Of(36, loose)]).At(18).Parameters;
        Assert.Equal(between?.Probe, middle?.Probe);
        Assert.Equal(between?.Relevance?.Visual, middle?.Relevance?.Visual);
        Assert.Equal(between?.Relevance?.Text, middle?.Relevance?.Text);

        static ReductionPlan Of(int keep, ScoreParameters? learned) => Found([Norm(keep)], learned);
    }

    // Layers 0 and 1 have all tokens, layers 2 to 5 what is kept.
    [Property]
    public void A_budget_that_a_count_spends_to_the_last_token_gives_that_count(byte choice)
    {
        var keep = 10 + choice % 31;
        Assert.Equal(keep, new PlanFamily([Of(10), Of(40)]).At((2 * 144 + 4 * keep) / 6.0).Sites[0].Keep);

        static ReductionPlan Of(int keep) => Found([Norm(keep) with { Layer = 2 }]);
    }

    [Property]
    public bool Shares_meet_any_budget_between(byte at)
    {
        var (model, sizes) = (PlanModels.Scenes with { ImagesVary = true, Grid = null }, ImageSizes.Of([100, 40, 260]));
        var family = new PlanFamily([Of(0.5, 0.3), Of(0.25, 0.05)]);
        var budget = family.Least + (family.Most - family.Least) * at / byte.MaxValue;
        var plan = family.At(budget);
        var spent = plan.Ledger.Mean;
        return spent <= budget + 1e-6 && spent > 0.9 * budget && plan.Sites.All(site => site.KeepShare > 0)
            && Math.Abs(family.At(spent).Ledger.Mean - spent) < 1e-6; // what can be spent is

        ReductionPlan Of(params double[] shares) => ReductionPlan.Create(model,
            [.. shares.Select((share, i) => PlanModels.Site(0, ScoreCriterion.FeatureNorm) with { Layer = 2 * i, KeepShare = share })], sizes: sizes) with
        { Provenance = Search };
    }

    public static TheoryData<string, string, ReductionPlan[]> Refused => new()
    {
        { EosErrors.InvalidOption, "There are 1 plans, expected two or more. Search them together, as with --front.", [Loose] },
        { EosErrors.InvalidOption, "Two of the plans have 52 mean visual tokens. Leave one of them out.", [Loose, Loose] },
        {
            EosErrors.InvalidOption,
            "The plans come from searches with different seeds or data. Expected those of one front: what two searches learn has no " +
                "middle.",
            [Loose, Tight with { Provenance = Search with { Seed = 2 } }]
        },
        { EosErrors.InvalidOption, ByHand, [Loose, Found([Residual(0)])] },
        { EosErrors.InvalidOption, ByHand, [Loose, Found([Norm(16), Residual(2)])] },
        { EosErrors.InvalidOption, ByHand, [Loose, Found([Norm(16), Norm(8)])] },
        {
            EosErrors.InvalidOption,
            "Some of the plans keep shares of an image's visual tokens, others keep counts. Expected those of one front.",
            [Loose, Found([Norm(0) with { KeepShare = 0.1 }])]
        },
        {
            EosErrors.PlanMismatch,
            "The plans are for different models or weights; expected those of one front.",
            [Loose, Tight with { Model = PlanModels.Llava7B }]
        },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_is_no_front_is_refused(string code, string says, ReductionPlan[] plans)
    {
        var error = Assert.Throws<EosException>(() => new PlanFamily(plans));
        Assert.Equal((code, says), (error.Code, error.Detail));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(double.NaN)]
    public void A_budget_below_the_tightest_plan_is_EOS1013(double budget)
    {
        var error = Assert.Throws<EosException>(() => new PlanFamily([Loose, Tight]).At(budget));
        Assert.Equal(EosErrors.InvalidOption, error.Code);
    }

    private const string ByHand = "One of the plans is a preset's, or was written by hand. Expected plans that a search found: " +
        "only they have numbers between them.";

    private static ReductionSite Residual(int layer) =>
        Norm(8) with { Layer = layer, Residual = true, GiverWeight = ScoreCriterion.ClsAttention };

    private static ReductionSite Norm(int keep) => PlanModels.Site(keep, ScoreCriterion.FeatureNorm);

    private static ReductionPlan Plan((int Layer, int Keep)[] sites, double transfer, double temperature, float[] probe) => Found(
        sites.Select(site => PlanModels.Site(site.Keep, ScoreCriterion.Probe) with { Layer = site.Layer, Transfer = transfer, Temperature = temperature }),
        new ScoreParameters { Probe = [.. Enumerable.Repeat(probe, 128 / probe.Length).SelectMany(p => p)] });

    private static ReductionPlan Found(IEnumerable<ReductionSite> sites, ScoreParameters? learned = null) =>
        ReductionPlan.Create(PlanModels.Scenes, sites, learned) with { Provenance = Search };

    private static float[] Numbers(float number) => [.. Enumerable.Repeat(number, 128)];
}
