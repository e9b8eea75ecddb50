namespace EosMLNet.Tests.Presets;

/// <summary>What of the published methods no cost and no budget shows.</summary>
public class ReductionPresetsTests
{
    public static TheoryData<Affinity, IReadOnlyList<ReductionSite>> Affinities => new()
    {
        { new() { Mask = AffinityMask.Window }, ReductionPresets.AveragePool(16) },
        { new() { Feature = AffinityFeature.HeadMeanKey }, ReductionPresets.VisionZip(12, 4) },
        { new() { Feature = AffinityFeature.Key }, ReductionPresets.PruMerge(16) },
        { new() { Feature = AffinityFeature.Key }, ReductionPresets.PruMergePlus(16, 11) },
        { new() { Measure = AffinityMeasure.Distance }, ReductionPresets.SparseVlm1(144, [1, 3], [90, 40]) },
        { new() { Feature = AffinityFeature.FinalNorm }, ReductionPresets.Dart(2, 20) },
        { new() { Feature = AffinityFeature.Key, Mask = AffinityMask.Bipartite }, ReductionPresets.ToMe(144, 16) },
        { new() { Feature = AffinityFeature.HeadMeanKey, Mask = AffinityMask.Bipartite }, ReductionPresets.ToMeTower(144, [40, 40]) },
    };

    [Theory]
    [MemberData(nameof(Affinities))]
    public void Tokens_resemble_each_other_by_what_was_published(Affinity affinity, IReadOnlyList<ReductionSite> sites) =>
        Assert.All(sites, site => Assert.Equal(affinity, site.Affinity));

    public static TheoryData<ExtraAnchors, IReadOnlyList<ReductionSite>> Extras => new()
    {
        { new(4, AnchorRule.Stride) { ReceiveAlone = true }, ReductionPresets.VisionZip(12, 4) },
        { new(11, AnchorRule.Stride), ReductionPresets.PruMergePlus(16, 11) },
        { new(16, AnchorRule.Farthest), ReductionPresets.DivPrune(16) },
        { new(16, AnchorRule.Coverage) { Weight = ScoreCriterion.ClsAttention }, ReductionPresets.Scope(16) },
        { new(16, AnchorRule.Crops) { Crops = 16, Weight = ScoreCriterion.ClsAttention }, ReductionPresets.HoloV(16) },
        { new(2, AnchorRule.DensityPeaks) { Candidates = 17, ReceiveAlone = true }, ReductionPresets.SparseVlm1(144, [1], [90]) },
        { new(16, AnchorRule.Dissimilar) { TextPivots = 3 }, ReductionPresets.Dart(2, 20, 4, 3) },
    };

    [Theory]
    [MemberData(nameof(Extras))]
    public void Beside_what_the_score_chooses_anchors_are_taken_as_published(ExtraAnchors extra, IReadOnlyList<ReductionSite> sites) =>
        Assert.Equal(extra, Assert.Single(sites).Extra);

    [Fact]
    public void One_token_of_PruMerge_stands_for_all_that_is_dropped() =>
        Assert.All([.. ReductionPresets.PruMerge(16), .. ReductionPresets.PruMergePlus(16, 11)], site => Assert.True(site.Residual));

    [Fact]
    public void SparseVlm2_frees_the_attention_of_some_heads_of_their_positions() =>
        Assert.All(ReductionPresets.SparseVlm2([1, 3], [20, 4], 2), site =>
            Assert.Equal((2, true), (site.RaterHeads!.Value, site.PositionCorrection)));

    [Fact]
    public void PyramidDrop_keeps_parts_of_all_tokens_rounded_down_and_at_least_one() =>
        Assert.Equal([145, 72, 36, 1], ReductionPresets.PyramidDrop(145, [1, 2, 3, 4], [1, 0.5, 0.25, 0.001]).Select(site => site.Keep));

    [Fact]
    public void A_block_of_the_tower_merges_at_most_half_and_one_that_merges_none_has_no_site() =>
        Assert.Equal([(1, 8), (2, 4), (3, 2)], ReductionPresets.ToMeTower(10, [0, 2, 7, 2]).Select(site => (site.Layer, site.Keep)));
}
