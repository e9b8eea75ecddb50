using EosMLNet.Tests.Plans;

namespace EosMLNet.Tests.Latency;

public class SpeedRemarkTests
{
    private static readonly PlanModel Small = new()
    {
        Family = "llava", Fingerprint = "sha256:small", Layers = 6, VisualTokens = 144, Grid = new VisualGrid(12, 12), HiddenSize = 128, IntermediateSize = 384, Heads = 4, KeyValueHeads = 4, HeadSize = 32,
    };
    private static readonly PlanModel Large = Small with
    {
        Fingerprint = "sha256:large",
        Layers = 32,
        VisualTokens = 576,
        Grid = new VisualGrid(24, 24),
        HiddenSize = 4096,
        IntermediateSize = 11008,
        Heads = 32,
        KeyValueHeads = 32,
        HeadSize = 128,
    };

    [Theory]
    [InlineData(10, 20, "2.0 times as fast as unreduced.")]
    [InlineData(10, 14.4, "1.44 times as fast as unreduced.")]
    [InlineData(10, 10.3, "About as fast as unreduced.")]
    [InlineData(10, 9.8, "About as fast as unreduced.")]
    [InlineData(0, 9.8, "The times are too short to be compared.")]
    [InlineData(10, 0, "The times are too short to be compared.")]
    public void A_plan_that_is_not_slower_needs_one_sentence(double milliseconds, double unreduced, string expected) =>
        Assert.Equal(expected, SpeedRemark.For(Plan(Small), milliseconds, unreduced));

    public static TheoryData<string, ReductionPlan, bool, int> Slower => new()
    {
        { TooSmall("the plan's 6 sites", 180), Plan(Small), true, 1 },
        { TooSmall("the plan's one site", 25), One(Small), true, 1 },
        { TooSmall("the plan's one site", 25), One(Small), false, 1 },
        { Disturbed, One(Small), true, 2 },
        { Disturbed, Plan(Large), true, 1 },
        { Disturbed, Plan(Large), false, 8 },
        {
            "One row alone does not fill the device, so that fewer tokens hardly save time there. Measure with more rows at once.",
            Plan(Large), false, 1
        },
        {
            "The plan has no site, so that it is the unreduced model: something else ran while it was measured. Measure again on an idle " +
                "machine.",
            ReductionPlan.Identity(Large), true, 1
        },
    };

    [Theory]
    [MemberData(nameof(Slower))]
    public void A_slower_plan_is_said_to_be_slower_and_why(string why, ReductionPlan plan, bool isCpu, int rows) =>
        Assert.Equal("1.8 times as slow as unreduced on this machine. " + why, SpeedRemark.For(plan, 18, 10, isCpu, rows));

    private const string Disturbed = "By its multiply-accumulates it should be faster: something else probably ran while it was measured." +
        " Measure again on an idle machine.";

    private static string TooSmall(string sites, int saved) => $"The model is so small that the operations of {sites} take longer than " +
        $"the {saved} million multiply-accumulates that they save. Larger models and more rows at once gain.";

    private static ReductionPlan One(PlanModel model) => ReductionPlan.Create(model, [PlanModels.Site(130, ScoreCriterion.Random)]);

    private static ReductionPlan Plan(PlanModel model)
    {
        var score = new Dictionary<ScoreCriterion, double> { [ScoreCriterion.Random] = 1 };
        return ReductionPlan.Create(model, Enumerable.Range(0, 6).Select(layer => new ReductionSite { Layer = layer, Keep = 60 - 10 * layer, Score = score }).ToArray());
    }
}
