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
    public bool Any_budget_between_is_met_and_used_and_a_larger_one_keeps_no_less(ushort first, ushort second)
    {
        var family = new PlanFamily([Tight, Loose]);
        var (low, high) = (Budget(Math.Min(first, second)), Budget(Math.Max(first, second)));
        var (fewer, more) = (family.At(low), family.At(high));
        return Uses(fewer, low) && Uses(more, high) && fewer.Ledger.Mean <= more.Ledger.Mean
            && new[] { fewer, more }.All(plan => plan.Sites.Zip(plan.Sites.Skip(1)).All(pair => pair.First.Keep >= pair.Second.Keep));

        double Budget(ushort at) => family.Least + (family.Most - family.Least) * at / ushort.MaxValue;
        bool Uses(ReductionPlan plan, double budget) => plan.Ledger.Mean <= budget + 1e-6 && plan.Ledger.Mean > budget - 0.5;
    }

    [Fact]
    public void Half_way_the_numbers_lie_half_way_and_every_layer_with_a_site_has_one()
    {
        var middle = new PlanFamily([Loose, Tight]).At(Math.Sqrt(Loose.Ledger.Mean * Tight.Ledger.Mean));
        Assert.Equal([0, 2, 3, 4], middle.Sites.Select(site => site.Layer));
        Assert.Equal(0.5, middle.Sites[0].Transfer, 6);
        Assert.Equal(0.1, middle.Sites[0].Temperature, 6); // of 0.5 and 0.02
        Assert.Equal([0.5f, 3f], middle.Parameters!.Probe!.Take(2));
        Assert.Equal(Search, middle.Provenance);
        Assert.Equal(middle.ToJson(), ReductionPlan.FromJson(middle.ToJson(), middle.Parameters).ToJson());
    }

    [Fact]
    public void Between_a_corner_and_a_number_the_nearer_plan_decides()
    {
        var family = new PlanFamily([Plan([(0, 96)], 0.2, 0.5, [1]), Plan([(0, 6)], 0.2, double.PositiveInfinity, [1])]);
        Assert.Equal(double.PositiveInfinity, family.At(12).Sites[0].Temperature);
        Assert.Equal(0.5, family.At(48).Sites[0].Temperature);
    }

    [Property]
    public bool Shares_meet_any_budget_between(ushort at)
    {
        var (model, sizes) = (PlanModels.Scenes with { ImagesVary = true, Grid = null }, ImageSizes.Of([100, 40, 260]));
        var family = new PlanFamily([Of(0.5, 0.3), Of(0.25, 0.05)]);
        var budget = family.Least + (family.Most - family.Least) * at / ushort.MaxValue;
        var plan = family.At(budget);
        return plan.Ledger.Mean <= budget + 1e-6 && plan.Ledger.Mean > 0.9 * budget && plan.Sites.All(site => site.KeepShare > 0);

        ReductionPlan Of(params double[] shares) => ReductionPlan.Create(model,
            [.. shares.Select((share, i) => PlanModels.Site(0, ScoreCriterion.FeatureNorm) with { Layer = 2 * i, KeepShare = share })], sizes: sizes) with
        { Provenance = Search };
    }

    public static TheoryData<string, string, ReductionPlan[]> Refused => new()
    {
        { EosErrors.InvalidOption, "expected two or more", [Loose] },
        { EosErrors.InvalidOption, "Leave one of them out", [Loose, Loose] },
        { EosErrors.InvalidOption, "different seeds or data", [Loose, Tight with { Provenance = Search with { Seed = 2 } }] },
        { EosErrors.InvalidOption, "a preset's", [Loose, ReductionPlan.Create(PlanModels.Scenes, [PlanModels.Site(8, ScoreCriterion.FeatureNorm) with { Residual = true, GiverWeight = ScoreCriterion.ClsAttention }])] },
        { EosErrors.PlanMismatch, "different models", [Loose, Tight with { Model = PlanModels.Llava7B }] },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_is_no_front_is_refused(string code, string says, ReductionPlan[] plans)
    {
        var error = Assert.Throws<EosException>(() => new PlanFamily(plans));
        Assert.Equal(code, error.Code);
        Assert.Contains(says, error.Message);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(double.NaN)]
    public void A_budget_below_the_tightest_plan_is_EOS1013(double budget)
    {
        var error = Assert.Throws<EosException>(() => new PlanFamily([Loose, Tight]).At(budget));
        Assert.Equal(EosErrors.InvalidOption, error.Code);
    }

    private static ReductionPlan Plan((int Layer, int Keep)[] sites, double transfer, double temperature, float[] probe) => ReductionPlan.Create(PlanModels.Scenes,
        sites.Select(site => PlanModels.Site(site.Keep, ScoreCriterion.Probe) with { Layer = site.Layer, Transfer = transfer, Temperature = temperature }),
        new ScoreParameters { Probe = [.. Enumerable.Repeat(probe, 128 / probe.Length).SelectMany(p => p)] }) with
    { Provenance = Search };
}
