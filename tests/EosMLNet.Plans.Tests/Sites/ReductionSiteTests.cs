namespace EosMLNet.Tests.Sites;

public sealed class ReductionSiteTests
{
    private static readonly ReductionSite Plain = new() { Layer = 1, Keep = 9, Score = Scores.Of(ScoreCriterion.FeatureNorm) };

    public static TheoryData<ReductionSite, OperatorRegime> Regimes => new()
    {
        { Plain, OperatorRegime.Prune },
        { Plain with { Transfer = 1, Temperature = 0 }, OperatorRegime.Merge },
        { Plain with { Transfer = 1, Temperature = double.PositiveInfinity }, OperatorRegime.Pool },
        { Plain with { Reweight = 0.5 }, OperatorRegime.Reweight },
        { Plain with { Transfer = 0.5, Temperature = 1, Reweight = 0.5 }, OperatorRegime.Reweight },
        { Plain with { Transfer = 0.5, Temperature = 1 }, OperatorRegime.Hybrid },
        { Plain with { Transfer = 1, Temperature = 1, Reweight = 0.5 }, OperatorRegime.Hybrid },
        { Plain with { Transfer = 0.5, Temperature = double.PositiveInfinity, Reweight = 0.5 }, OperatorRegime.Hybrid },
        { Plain with { Neighbours = 2 }, OperatorRegime.Hybrid },
        { Plain with { GiverWeight = ScoreCriterion.FeatureNorm }, OperatorRegime.Hybrid },
        { Plain with { Residual = true }, OperatorRegime.Hybrid },
    };

    [Theory]
    [MemberData(nameof(Regimes))]
    public void Its_numbers_say_what_it_is(ReductionSite site, OperatorRegime regime) => Assert.Equal(regime, site.Regime);

    [Fact]
    public void Keys_are_needed_where_tokens_are_compared_by_them()
    {
        var keys = Plain with { Affinity = Plain.Affinity with { Feature = AffinityFeature.Key } };
        Assert.False(keys.NeedsKeys);
        Assert.True((keys with { Transfer = 0.1 }).NeedsKeys);
        Assert.True((keys with { Diversity = 0.1 }).NeedsKeys);
        Assert.True((keys with { Extra = new(2, AnchorRule.DensityPeaks) }).NeedsKeys);
        Assert.False((keys with { Extra = new(2, AnchorRule.Stride) }).NeedsKeys);
        Assert.False((keys with { Extra = new(2, AnchorRule.Crops) }).NeedsKeys);
        Assert.True((keys with { Score = Scores.Of(ScoreCriterion.BipartiteMatch) }).NeedsKeys);
        Assert.True((keys with { Score = Scores.Of(ScoreCriterion.FeatureNorm, ScoreCriterion.BipartiteMatch) }).NeedsKeys);
        Assert.False((Plain with { Affinity = Plain.Affinity with { Feature = AffinityFeature.Hidden }, Transfer = 1, Diversity = 1 }).NeedsKeys);
    }

    [Fact]
    public void The_decoder_is_needed_for_one_criterion_of_many()
    {
        Assert.False(Plain.NeedsDecoder);
        Assert.True((Plain with { Score = Scores.Of(ScoreCriterion.FeatureNorm, ScoreCriterion.TextAttention) }).NeedsDecoder);
        Assert.True((Plain with { Affinity = Plain.Affinity with { Feature = AffinityFeature.FinalNorm } }).NeedsDecoder);
        Assert.True((Plain with { Score = Scores.Of(ScoreCriterion.FeatureNorm, ScoreCriterion.KeyNorm) }).NeedsDecoder); // no question is asked
        Assert.True((Plain with { Extra = new(2, AnchorRule.Dissimilar) { TextPivots = 1 } }).NeedsDecoder); // no criterion needs it
    }

    public static TheoryData<ReductionSite> BeyondSearches => new()
    {
        Plain with { Stage = ReductionStage.Projector },
        Plain with { Extra = new(2, AnchorRule.Stride) },
        Plain with { Neighbours = 2 },
        Plain with { GiverWeight = ScoreCriterion.ClsAttention },
        Plain with { Residual = true },
        Plain with { Normalization = Normalization.None },
        Plain with { Affinity = Plain.Affinity with { Mask = AffinityMask.Window } },
        Plain with { Affinity = Plain.Affinity with { Feature = AffinityFeature.HeadMeanKey } },
    };

    [Theory]
    [MemberData(nameof(BeyondSearches))]
    public void One_part_that_searches_do_not_know_is_enough(ReductionSite site)
    {
        Assert.True(Plain.IsSearchable);
        Assert.True((Plain with { Affinity = Plain.Affinity with { Feature = AffinityFeature.Key } }).IsSearchable);
        Assert.False(site.IsSearchable);
    }

    [Theory]
    [InlineData(ReductionStage.Tower, "The site in block 1 of the vision tower")]
    [InlineData(ReductionStage.Projector, "The site in front of the projector")]
    [InlineData(ReductionStage.Decoder, "The site in front of layer 1")]
    public void Messages_name_its_place(ReductionStage stage, string place) => Assert.Equal(place, (Plain with { Stage = stage }).Place);
}
