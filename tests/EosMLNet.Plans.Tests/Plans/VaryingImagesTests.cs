using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Xunit;

namespace EosMLNet.Tests.Plans;

/// <summary>Plans of models whose images have different numbers of visual tokens: version 2.</summary>
public sealed class VaryingImagesTests
{
    private static readonly PlanModel Model = PlanModels.Scenes with { ImagesVary = true, Grid = null };
    private static readonly ImageSizes Sizes = ImageSizes.Of([100, 40, 100, 260]);

    [Fact]
    public void A_plan_of_shares_is_read_as_it_was_written_and_fits_the_published_schema()
    {
        var plan = Shares(0.5, 0.125);
        var json = plan.ToJson();
        Assert.Equal(json, ReductionPlan.FromJson(json).ToJson());
        Assert.Empty(JsonSchema.Published.Errors(JsonDocument.Parse(json).RootElement));
        var written = JsonNode.Parse(json)!.AsObject();
        Assert.Equal(2, (int)written["version"]!);
        Assert.Equal(0.125, (double)written["sites"]![1]!["keepShare"]!);
        Assert.Equal("{\"tokens\":[40,100,260],\"images\":[1,2,1]}", written["imageSizes"]!.ToJsonString());
    }

    public static TheoryData<string, Action<JsonObject>> Bad => new()
    {
        { "keepShare", j => Site(j)["keepShare"] = 0 },
        { "keepShare", j => Site(j)["keepShare"] = 1.5 },
        { "keepShare", j => Site(j)["keepShare"] = 0.01 }, // the next one keeps more
        { "keep", j => Site(j)["keep"] = 5 },
        { "keep", j => { Site(j).Remove("keepShare"); Site(j)["keep"] = 5; } },
        { "version", j => j["version"] = 1 },
        { "imageSizes", j => j["imageSizes"]!["tokens"] = new JsonArray(100, 40, 260) },
        { "imageSizes", j => j["imageSizes"]!["images"] = new JsonArray(1, 2) },
        { "imageSizes", j => j["imageSizes"]!["images"] = new JsonArray(1, 0, 1) },
        { "imageSizes", j => { j["imageSizes"]!["tokens"] = new JsonArray(); j["imageSizes"]!["images"] = new JsonArray(); } },
        { "model.grid", j => j["model"]!["imagesVary"] = false },
        { "ledger", j => j["ledger"]!["mean"] = 17.5 },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void A_file_that_makes_no_sense_is_refused(string named, Action<JsonObject> spoil)
    {
        var json = JsonNode.Parse(Shares(0.5, 0.125).ToJson())!.AsObject();
        spoil(json);
        var refusal = Assert.Throws<EosException>(() => ReductionPlan.FromJson(json.ToJsonString()));
        Assert.Equal(EosErrors.PlanFile, refusal.Code);
        Assert.Contains(named, refusal.Message);
    }

    [Fact]
    public void A_plan_of_version_1_does_not_fit_a_model_whose_images_vary()
    {
        var plan = ReductionPlan.Create(PlanModels.Scenes, [PlanModels.Site(16, ScoreCriterion.FeatureNorm)]);
        Assert.Equal(1, plan.Version);
        var refusal = Assert.Throws<EosException>(() => plan.CheckFits(PlanModels.Scenes with { ImagesVary = true }));
        Assert.Equal((EosErrors.PlanMismatch, "The plan has version 1, whose images all have as many visual tokens, but this model's " +
            "images have different numbers. Use a plan that was searched on this model."), (refusal.Code, refusal.Detail));
    }

    [Fact]
    public void A_plan_of_version_2_fits_such_a_model_and_its_share_is_of_the_images_that_it_is_about()
    {
        var plan = Shares(0.5, 0.125);
        plan.CheckFits(Model);
        Assert.Equal(plan.Ledger.Mean / 125, plan.Spent(ConstraintKind.MeanVisualShare));
    }

    [Property]
    public bool Each_image_meets_the_shares_by_itself_and_uses_them(byte first, byte second, DoNotSize<ushort> tokens)
    {
        var (high, low) = (Math.Max(first, second), Math.Min(first, second));
        double[] shares = [(1 + high) / 256.0, (1 + low) / 256.0];
        var visual = 1 + tokens.Item % 5000;
        var sites = KeptCounts.Of(Model, Sites(shares), visual);
        // Layers 0 to 2, then 3 to 5; one token is the least of any layer.
        var allowed = 3 * Math.Max(1, shares[0] * visual) + 3 * Math.Max(1, shares[1] * visual);
        var spent = 3 * sites[0].Keep + 3 * sites[1].Keep;
        return sites.All(site => site.KeepShare is null && site.Keep >= 1 && site.Keep <= visual) && sites[1].Keep <= sites[0].Keep
            && spent <= allowed + 1e-6 && allowed - spent < 3 + 3;
    }

    // 3 layers of 50.5 tokens and 3 of 12.625 are 189.375: 3 of 51 and 3 of 12.
    [Fact]
    public void What_one_site_is_rounded_down_by_another_may_keep() =>
        Assert.Equal([51, 12], KeptCounts.Of(Model, Sites([0.5, 0.125]), 101).Select(site => site.Keep));

    [Property]
    public bool A_ledger_of_several_sizes_is_the_mean_of_those_of_each(byte share, DoNotSize<ushort>[] tokens)
    {
        int[] visual = [40, .. tokens.Select(n => 1 + n.Item % 5000)];
        var sites = Sites([(1 + share) / 256.0]);
        var ledger = TokenLedger.Compute(Model, sites, sizes: ImageSizes.Of(visual));
        var each = visual.Select(n => TokenLedger.Compute(Model, sites, sizes: ImageSizes.All(n))).ToArray();
        return Math.Abs(ledger.Mean - each.Average(one => one.Mean)) < 1e-6 && Math.Abs(ledger.Final - each.Average(one => one.Final)) < 1e-6;
    }

    [Fact]
    public void Absolute_counts_stay_but_for_images_of_fewer_tokens()
    {
        ReductionSite[] sites = [PlanModels.Site(36, ScoreCriterion.FeatureNorm), PlanModels.Site(16, ScoreCriterion.FeatureNorm) with { Layer = 3 }];
        Assert.Equal([36, 16], KeptCounts.Of(Model, sites, 100).Select(site => site.Keep));
        Assert.Equal([20, 16], KeptCounts.Of(Model, sites, 20).Select(site => site.Keep));
        Assert.Equal([9, 9], KeptCounts.Of(Model, sites, 9).Select(site => site.Keep));
    }

    [Fact]
    public void An_image_with_fewer_tokens_than_a_site_keeps_has_no_second_anchors_and_no_residual_token()
    {
        ReductionSite[] sites =
        [
            PlanModels.Site(16, ScoreCriterion.FeatureNorm) with
            {
                Extra = new ExtraAnchors(4, AnchorRule.DensityPeaks) { Candidates = 12 }, Residual = true, GiverWeight = ScoreCriterion.ClsAttention,
            },
            PlanModels.Site(8, ScoreCriterion.FeatureNorm) with { Layer = 3, Extra = new ExtraAnchors(2, AnchorRule.Stride) },
        ];
        Assert.Equal(sites, KeptCounts.Of(Model, sites, 100));
        var some = KeptCounts.Of(Model, sites, 17);
        Assert.Equal(sites[0] with { Extra = sites[0].Extra! with { Candidates = 6 } }, some[0]); // 17 less the 11 that the score chose
        Assert.Equal(sites[1], some[1]);
        Assert.Equal([(10, null, false), (8, sites[1].Extra, false)], KeptCounts.Of(Model, sites, 10).Select(site => (site.Keep, site.Extra, site.Residual)));
    }

    [Fact]
    public void Sizes_of_images_are_counted()
    {
        Assert.Equal(new ImageSizes([40, 100, 260], [1, 2, 1]), Sizes);
        Assert.Equal(125, Sizes.Mean);
        Assert.NotEqual(Sizes, ImageSizes.Of([40, 100, 260]));
        Assert.Equal(144, ImageSizes.All(144).Mean);
    }

    private static ReductionPlan Shares(params double[] shares) => ReductionPlan.Create(Model, Sites(shares), sizes: Sizes);

    private static ReductionSite[] Sites(double[] shares) =>
        [.. shares.Select((share, i) => PlanModels.Site(0, ScoreCriterion.FeatureNorm) with { Layer = 3 * i, KeepShare = share })];

    private static JsonObject Site(JsonObject plan) => plan["sites"]![0]!.AsObject();
}
