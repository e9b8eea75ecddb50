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
    public void A_plan_that_is_not_slower_needs_one_sentence(double milliseconds, double unreduced, string expected) =>
        Assert.Equal(expected, SpeedRemark.For(Plan(Small), milliseconds, unreduced));

    [Fact]
    public void A_slower_plan_of_a_small_model_is_said_to_be_slower_and_why()
    {
        var remark = SpeedRemark.For(Plan(Small), 18, 10);
        Assert.StartsWith("1.8 times as slow as unreduced on this machine. The model is so small that the operations of the plan's 6 sites take longer than the ", remark);
        Assert.DoesNotContain("as fast", remark);
    }

    [Fact]
    public void A_slower_plan_of_a_large_model_was_measured_badly_or_alone()
    {
        Assert.Contains("something else probably ran while it was measured", SpeedRemark.For(Plan(Large), 18, 10));
        Assert.Contains("One row alone does not fill the device", SpeedRemark.For(Plan(Large), 18, 10, isCpu: false));
        Assert.Contains("something else probably ran", SpeedRemark.For(Plan(Large), 18, 10, isCpu: false, rows: 8));
        Assert.Contains("it is the unreduced model", SpeedRemark.For(ReductionPlan.Identity(Large), 18, 10));
    }

    private static ReductionPlan Plan(PlanModel model)
    {
        var score = new Dictionary<ScoreCriterion, double> { [ScoreCriterion.Random] = 1 };
        return ReductionPlan.Create(model, Enumerable.Range(0, 6).Select(layer => new ReductionSite { Layer = layer, Keep = 60 - 10 * layer, Score = score }).ToArray());
    }
}
