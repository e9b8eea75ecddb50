using EosMLNet.Operator;
using EosMLNet.Tensors;
using EosMLNet.Tests.Plans;
using EosMLNet.Tests.Search;
using TorchSharp;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Operator;

/// <summary>Towers with and without a [CLS] token; where it is a visual token, it is the first of them.</summary>
public sealed class VisionSequenceTests
{
    private const int Images = 2, Patches = 12, Width = 5, Block = 1;
    private static readonly VisualGrid Grid = new(3, 4);

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void A_site_in_the_tower_chooses_among_patches_and_leaves_the_class_token_where_it_is(bool hasCls, bool keepsCls)
    {
        using var scope = NewDisposeScope();
        var (lead, visual) = (hasCls ? 1 : 0, keepsCls ? 1 : 0);
        using var sequence = Sequence(hasCls, keepsCls, Site(ReductionStage.Tower, 5 + visual) with { Layer = Block });
        Assert.True(sequence.ActsIn(Block));
        Assert.False(sequence.ActsIn(Block + 1));
        var hidden = Hidden(1, hasCls);
        Assert.Same(hidden, sequence.ReduceInBlock(Block + 1, hidden));
        var left = sequence.ReduceInBlock(Block, hidden);
        Assert.Equal([Images, lead + 5, Width], left.shape);
        for (var image = 0; image < Images; image++)
        {
            int[] stay = [.. Enumerable.Range(0, lead), .. Longest(hidden[image], lead, 5)];
            AssertRows(hidden[image], stay, left[image]);
            Assert.Equal(stay.Skip(lead - visual).Select(place => (long)(place - lead + visual)), sequence.Places[image].data<long>());
        }
        Assert.Equal(Enumerable.Repeat(1.0, Images * (5 + visual)), Sample.Flat(sequence.Mass));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void In_front_of_the_projector_a_class_token_that_is_a_visual_one_is_a_token_like_the_others(bool hasCls, bool keepsCls)
    {
        using var scope = NewDisposeScope();
        using var sequence = Sequence(hasCls, keepsCls, Site(ReductionStage.Projector, 5));
        var feature = Hidden(2, hasCls);
        if (keepsCls) // of the first image it is dropped, of the second it stays
            (feature[0, 0], feature[1, 0]) = (zeros(Width, float64), full(Width, Scalars.Literal(100), float64));
        var first = hasCls && !keepsCls ? 1 : 0;
        var left = sequence.ReduceFeature(feature);
        for (var image = 0; image < Images; image++)
        {
            var stay = Longest(feature[image], first, 5);
            AssertRows(feature[image], [.. Enumerable.Range(0, first), .. stay], left[image]);
            Assert.Equal(stay.Select(place => (long)(place - first)), sequence.Places[image].data<long>());
            Assert.Equal(keepsCls && image == 1, hasCls && stay[0] == 0);
        }
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Class_attention_is_scored_by_and_handed_on_of_what_is_left(bool hasCls, bool keepsCls)
    {
        using var scope = NewDisposeScope();
        var site = Site(ReductionStage.Tower, keepsCls ? 5 : 4) with
        {
            Layer = Block,
            Score = new Dictionary<ScoreCriterion, double> { [ScoreCriterion.ClsAttention] = 1 },
        };
        using var sequence = Sequence(hasCls, keepsCls, site);
        Assert.Null(sequence.ClsAttention);
        var attention = Numbers.Normal(4, Images, 1 + Patches);
        sequence.Observe(zeros(Images, 1 + Patches, 2, 3, float64), attention);
        sequence.ReduceInBlock(Block, Hidden(3, hasCls));
        for (var image = 0; image < Images; image++)
        {
            var numbers = Sample.Flat(attention[image]);
            int[] stay = [.. Enumerable.Range(1, Patches).OrderByDescending(i => numbers[i]).Take(4).Order()];
            Assert.Equal((keepsCls ? stay.Prepend(0) : stay).Select(i => numbers[i]), Sample.Flat(sequence.ClsAttention![image]));
        }
    }

    [Theory]
    [InlineData(AffinityFeature.Key)]
    [InlineData(AffinityFeature.HeadMeanKey)]
    public void What_a_block_showed_is_compared_by_all_heads_or_by_their_mean(AffinityFeature feature)
    {
        using var scope = NewDisposeScope();
        var site = Site(ReductionStage.Tower, 4) with { Layer = Block, Transfer = 1, Affinity = new Affinity { Feature = feature } };
        using var sequence = Sequence(true, false, site);
        var (hidden, keys) = (Hidden(5, true), Numbers.Normal(6, Images, 1 + Patches, 2, 3));
        sequence.Observe(keys, null);
        var left = sequence.ReduceInBlock(Block, hidden);
        for (var image = 0; image < Images; image++)
        {
            double[][] x = [.. Sample.Flat(hidden[image]).Chunk(Width).Skip(1)];
            double[][] compared = [.. Sample.Flat(keys[image]).Chunk(6).Skip(1).Select(key => feature == AffinityFeature.Key ? key
                : [.. Enumerable.Range(0, 3).Select(f => (key[f] + key[3 + f]) / 2)])];
            int[] anchors = [.. Longest(hidden[image], 1, 4).Select(place => place - 1)];
            var (tokens, mass) = PlainOperator.Transfer(x, [.. Enumerable.Repeat(1.0, Patches)], anchors, 1,
                (j, a) => anchors.MaxBy(b => PlainOperator.Cosine(compared[j], compared[b])) == a ? 1 : 0);
            Assert.Equal(tokens.SelectMany(token => token), Sample.Flat(left[image].narrow(0, 1, 4)), (p, q) => Math.Abs(p - q) < 1e-12);
            Assert.Equal(mass, Sample.Flat(sequence.Mass[image]), (p, q) => Math.Abs(p - q) < 1e-6);
        }
    }

    [Fact]
    public void Keys_that_no_block_has_shown_are_an_error_where_they_are_compared_only()
    {
        using var scope = NewDisposeScope();
        var site = Site(ReductionStage.Tower, 4) with { Layer = Block, Affinity = new Affinity { Feature = AffinityFeature.Key } };
        using var pruned = Sequence(true, false, site);
        Assert.Equal([Images, 5, Width], pruned.ReduceInBlock(Block, Hidden(7, true)).shape);
        using var merged = Sequence(true, false, site with { Transfer = 1 });
        Expect.Error(EosErrors.PlanMismatch, () => merged.ReduceInBlock(Block, Hidden(7, true)), "compares Key, but it was not given");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(1)]
    public void Keys_weigh_by_the_logarithm_of_their_mass_as_far_as_the_latest_site_says(double weight)
    {
        using var scope = NewDisposeScope();
        var site = Site(ReductionStage.Tower, 4) with { Layer = Block, Transfer = 1, ProportionalAttention = weight };
        using var sequence = Sequence(true, false, site, site with { Layer = Block + 1, Keep = 3, ProportionalAttention = 0 });
        Assert.Null(sequence.Bias);
        var hidden = sequence.ReduceInBlock(Block, Hidden(8, true));
        if (weight == 0)
            Assert.Null(sequence.Bias);
        else
        {
            Assert.Equal([Images, 1, 1, 1 + 4], sequence.Bias!.shape);
            var mass = Sample.Flat(sequence.Mass).Chunk(4).SelectMany(image => image.Prepend(1));
            Assert.Equal(mass.Select(c => weight * Math.Log(c)), Sample.Flat(sequence.Bias), (p, q) => Math.Abs(p - q) < 1e-6);
        }
        sequence.ReduceInBlock(Block + 1, hidden);
        Assert.Null(sequence.Bias);
    }

    [Fact]
    public void Nothing_is_left_behind()
    {
        using var scope = NewDisposeScope();
        var (hidden, attention) = (Hidden(9, true), Numbers.Normal(10, Images, 1 + Patches));
        var keys = Numbers.Normal(11, Images, 1 + Patches, 2, 3);
        var before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
        using (NewDisposeScope())
        {
            using var sequence = Sequence(true, false, Site(ReductionStage.Tower, 4) with { Layer = Block });
            sequence.Observe(keys, attention);
            sequence.Observe(keys, attention);
            sequence.ReduceInBlock(Block, hidden);
        }
        Assert.Equal(before, DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
    }

    private static ReductionSite Site(ReductionStage stage, int keep) =>
        PlanModels.Site(keep, ScoreCriterion.FeatureNorm) with { Stage = stage };

    private static VisionSequence Sequence(bool hasCls, bool keepsCls, params ReductionSite[] sites)
    {
        var region = new VisualRegion(Grid.Rows, Grid.Columns);
        var layout = keepsCls ? new VisualLayout(VisualRegion.Single, region) : new VisualLayout(region);
        var model = PlanModels.Scenes with { VisualTokens = layout.Count, Grid = Grid };
        return new VisionSequence(layout, hasCls, ReductionPlan.Create(model, sites), Images, CPU);
    }

    private static Tensor Hidden(int seed, bool hasCls) => Numbers.Normal(seed, Images, Patches + (hasCls ? 1 : 0), Width);

    // The places of the longest tokens behind the first ones, ascending.
    private static int[] Longest(Tensor tokens, int first, int count)
    {
        var x = Sample.Flat(tokens).Chunk(Width).ToArray();
        return [.. Enumerable.Range(first, x.Length - first).OrderByDescending(i => PlainOperator.Dot(x[i], x[i])).Take(count).Order()];
    }

    private static void AssertRows(Tensor tokens, int[] places, Tensor found) =>
        Assert.True(tokens.index_select(0, tensor(places.Select(place => (long)place).ToArray())).equal(found).all().item<bool>());
}
