using EosMLNet.Tests.Sites;

namespace EosMLNet.Tests.Plans;

public sealed class PlanRulesTests
{
    private static readonly ReductionSite Late = PlanModels.Site(36, ScoreCriterion.FeatureNorm) with { Layer = 1 };
    private static readonly ReductionPlan Plain = ReductionPlan.Create(PlanModels.Scenes, [Late]);

    public static TheoryData<string, ReductionPlan> Broken => new()
    {
        { "'version' is 99, but this library reads versions 1 to 2; a newer one needs a newer library", Plain with { Version = 99 } },
        { "'version' is 0, but this library reads versions 1 to 2; a newer one needs a newer library", Plain with { Version = 0 } },
        { "'imagePadding' is 7, expected square or crop", Plain with { ImagePadding = (ImagePadding)7 } },
        { "'parameters' are empty, expected a probe or a text relevance", Plain with { Parameters = new ScoreParameters() } },
        { Relevance(0, 0, 0), Learned(0, [], []) },
        { Relevance(2, 128, 128), Learned(2, new float[128], new float[128]) },
        { Relevance(1, 128, 127), Learned(1, new float[128], new float[127]) },
        { Relevance(1, 127, 128), Learned(1, new float[127], new float[128]) },
        { Relevance((1 << 20) + 1, (1 << 20) + 1, (1 << 20) + 1, 1), OfRank((1 << 20) + 1) },
        { "'parameters' have a text relevance with a weight that is not a finite number", Learned(1, Spoilt(float.NaN), new float[128]) },
        {
            "'parameters' have a text relevance with a weight that is not a finite number",
            Learned(1, new float[128], Spoilt(float.PositiveInfinity))
        },
        { "'constraints[0]' is null, expected a constraint", Under((PlanConstraint)null!) },
        { "'constraints[1]' has a number that is not finite", Under(Mean(144), Mean(double.PositiveInfinity)) },
        { "'constraints[0]' has a number that is not finite", Under(Mean(144) with { Slack = double.NaN }) },
        { "'constraints[0]' has a number that is not finite", Under(Mean(144) with { Multiplier = double.NaN }) },
        { "'constraints[0].limit' is 53, but the plan's MeanVisualTokens is 54", Under(Mean(53)) },
        { Slack(8, 8), Under(Milliseconds(8, 8)) },
        { Slack(-1, 8), Under(Milliseconds(8, -1)) },
        { Slack(0, 0), Under(Milliseconds(0, 0)) },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void What_a_plan_breaks_is_said_with_what_was_expected(string says, ReductionPlan plan) =>
        AssertSaid(says, () => PlanRules.Check(plan, "the plan"));

    public static TheoryData<ReductionPlan> Kept => new()
    {
        Learned(1, new float[128], new float[128]),
        OfRank(1 << 20),
        Under(Mean(54)), // all that the plan spends
        Under(Milliseconds(8, 0), Milliseconds(0.5, 0.25)),
    };

    [Theory]
    [MemberData(nameof(Kept))]
    public void A_plan_may_reach_its_limits(ReductionPlan plan) => PlanRules.Check(plan, "the plan");

    public static TheoryData<string, ReductionSite> BrokenSites => new()
    {
        { "'sites[0].layer' is 1, but in front of the projector, layers are 0 to 0", Late with { Stage = ReductionStage.Projector } },
        { "'sites[0].layer' is 3, but the tower's blocks are 0 to 2", Late with { Stage = ReductionStage.Tower, Layer = 3 } },
        { "'sites[0].layer' is 6, but the model's layers are 0 to 5", Late with { Layer = 6 } },
        { Candidates(3, 4, 112), Late with { Extra = Clusters(3) } },
        { Candidates(113, 4, 112), Late with { Extra = Clusters(113) } },
        { Candidates(8, 4, 112), Late with { Extra = Clusters(8) with { Rule = AnchorRule.Stride } } },
        { Candidates(8, 4, 112), Late with { Extra = Clusters(8), Neighbours = 2 } },
        { NoAttention("score"), PlanModels.Site(36) },
        { NoAttention("giverWeight"), Late with { Layer = 0, GiverWeight = ScoreCriterion.TextAttention } },
        { NoAttention("extra.weight"), Covering(ScoreCriterion.TextAttention) with { Layer = 0 } },
        { Crops(0, 144), InCrops(0) },
        { Crops(145, 144), InCrops(145) },
        { Crops(-1, 144), InCrops(-1) },
        { Crops(4, 144), Covering(ScoreCriterion.TextAttention) with { Extra = InCrops(4).Extra! with { Rule = AnchorRule.Coverage } } },
        { "'sites[0].extra.rule' is Crops, which takes all anchors, but the score chooses 1", InCrops(4) with { Keep = 37, Score = PlanModels.Site(1).Score } },
        { "'sites[0].extra.weight' is missing; expected clsAttention or textAttention with the rule crops",
            InCrops(4) with { Extra = InCrops(4).Extra! with { Weight = null } } },
        { "'sites[0].raterHeads' is 5, expected 1 to the model's 4 heads, or null", Late with { RaterHeads = 5 } },
    };

    [Theory]
    [MemberData(nameof(BrokenSites))]
    public void What_a_site_breaks_is_said_with_what_was_expected(string says, ReductionSite site) =>
        AssertSaid(says, () => ReductionPlan.Create(PlanModels.Scenes, [site]));

    public static TheoryData<ReductionSite> KeptSites => new()
    {
        Late with { Extra = Clusters(4) },
        Late with { Extra = Clusters(112) },
        Late with { RaterHeads = 1 },
        Late with { RaterHeads = 4 },
        Covering(ScoreCriterion.ClsAttention) with { Layer = 0 },
        Covering(ScoreCriterion.TextAttention),
        Covering(ScoreCriterion.TextAttention) with { Layer = 0, AttentionSource = AttentionSource.OwnLayer },
        InCrops(1),
        InCrops(144) with { Affinity = new Affinity { Measure = AffinityMeasure.Distance } },
    };

    [Theory]
    [MemberData(nameof(KeptSites))]
    public void A_site_may_reach_its_limits(ReductionSite site) => ReductionPlan.Create(PlanModels.Scenes, [site]);

    [Fact]
    public void In_a_tower_whose_blocks_are_not_known_no_site_can_stand() =>
        AssertSaid("'sites[0].layer' is 1, but the model has no tower block",
            () => ReductionPlan.Create(PlanModels.Scenes with { TowerLayers = 0 }, [Late with { Stage = ReductionStage.Tower }]));

    [Fact]
    public void An_image_has_as_many_tokens_as_its_grid_has_patches_or_one_more()
    {
        Assert.Equal(145, ReductionPlan.Identity(PlanModels.Scenes with { VisualTokens = 145 }).Ledger.Mean);
        AssertSaid("'model.visualTokens' is 143, but a grid of 12 x 12 has 144 patches (and one token more where the tower's [CLS] is " +
            "kept)", () => ReductionPlan.Identity(PlanModels.Scenes with { VisualTokens = 143 }));
    }

    private static string Relevance(int rank, int visual, int text, int width = 128) =>
        $"'parameters' have a text relevance of rank {rank} with {visual} and {text} weights, expected rank times {width} each";

    private static string Slack(int slack, int limit) =>
        $"'constraints[0].slack' is {slack} of a limit of {limit}, expected a limit above 0 and a slack from 0 to below it";

    private static string Candidates(int candidates, int least, int most) => $"'sites[0].extra.candidates' is {candidates}, " +
        $"expected {least} to {most} with the rule densityPeaks and without neighbours, and none with others";

    private static string NoAttention(string entry) => $"'sites[0].{entry}' needs attention of the layer before, but there is none " +
        "before layer 0; move the site, let its attentionSource be ownLayer, or use other criteria";

    private static ReductionPlan Learned(int rank, float[] visual, float[] text) =>
        Plain with { Parameters = new ScoreParameters { Relevance = new(rank, visual, text) } };

    private static ReductionPlan OfRank(int rank) => ReductionPlan.Create(PlanModels.Scenes with { HiddenSize = 1 }, [Late]) with
    {
        Parameters = new ScoreParameters { Relevance = new(rank, new float[rank], new float[rank]) },
    };

    private static float[] Spoilt(float weight) => [weight, .. new float[127]];

    private static ReductionPlan Under(params PlanConstraint[] constraints) => Plain with { Constraints = constraints };

    private static PlanConstraint Mean(double limit) => new(ConstraintKind.MeanVisualTokens, limit, 0, 0);

    private static PlanConstraint Milliseconds(double limit, double slack) => new(ConstraintKind.LatencyMs, limit, slack, 0);

    // Of 36 tokens the score chooses 32.
    private static ExtraAnchors Clusters(int candidates) => new(4, AnchorRule.DensityPeaks) { Candidates = candidates };

    private static ReductionSite Covering(ScoreCriterion weight) =>
        Late with { Score = Scores.Of(), Extra = new ExtraAnchors(36, AnchorRule.Coverage) { Weight = weight } };

    private static ReductionSite InCrops(int crops) => Covering(ScoreCriterion.TextAttention) with
    {
        Extra = new ExtraAnchors(36, AnchorRule.Crops) { Crops = crops, Weight = ScoreCriterion.TextAttention },
    };

    private static string Crops(int crops, int most) =>
        $"'sites[0].extra.crops' is {crops}, expected 1 to {most} with the rule crops, and 0 with others";

    private static void AssertSaid(string says, Action check)
    {
        var error = Assert.Throws<EosException>(check);
        Assert.Equal((EosErrors.PlanFile, $"the plan: {says}."), (error.Code, error.Detail));
    }
}
