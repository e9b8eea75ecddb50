using EosMLNet.Operator;
using EosMLNet.Tensors;
using EosMLNet.Tests.Plans;
using EosMLNet.Tests.Search;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Operator;

public class AffinityRowsTests
{
    private const int Width = 1024, Keep = 70;
    private static readonly VisualGrid Grid = new(16, 17); // so many tokens of such a width that rows are computed when they are asked for

    [Theory]
    [InlineData(AffinityMeasure.Cosine, null, 0.3)]
    [InlineData(AffinityMeasure.Cosine, null, 30.0)]
    [InlineData(AffinityMeasure.Cosine, 3.0, 1.0)]
    [InlineData(AffinityMeasure.Distance, null, 1.0)]
    public void Anchors_chosen_from_rows_as_they_are_needed_are_those_chosen_from_the_whole_matrix(AffinityMeasure measure, double? sigma, double diversity)
    {
        using var scope = NewDisposeScope();
        using var unrecorded = no_grad();
        var (input, score) = Sample(images: 3);
        var affinity = new Affinity { Measure = measure, SpatialSigma = sigma };
        var all = ReductionOperator.Affinity(input, affinity);                                          // (I, n, n)
        var (whole, rows) = (new AffinityRows(all), AffinityRows.Of(input, affinity, Keep));

        var expected = MarginalRelevance.Places(score, whole, diversity, Keep);
        var found = MarginalRelevance.Places(score, rows, diversity, Keep);

        Assert.Equal(expected, found);
        var anchors = tensor(found, [3, Keep]);
        Assert.True(rows.Rows(anchors, found).allclose(whole.Rows(anchors, found), 1e-12, 1e-12));
        Assert.True(whole.Rows(anchors, found).equal(all.gather(1, anchors.unsqueeze(-1).expand(-1, -1, all.size(1)))).all().item<bool>());
    }

    [Theory]
    [InlineData(256, 1024, 128, true)]   // just enough multiplications, and half of the rows
    [InlineData(256, 1023, 128, false)]
    [InlineData(256, 1024, 129, false)]
    [InlineData(256, 1025, 1, true)]
    [InlineData(16, 2048, 1, false)]
    [InlineData(16, 2048, 16, false)]
    public void Rows_are_computed_when_they_are_asked_for_where_that_saves_much(int tokens, int width, int count, bool saves)
    {
        using var scope = NewDisposeScope();
        var (input, old, later) = Changing(tokens, width);
        var rows = AffinityRows.Of(input, new Affinity(), count);
        input.Tokens.copy_(later);
        var expected = ReductionOperator.Affinity(saves ? input : input with { Tokens = old }, new Affinity());
        AssertClose(expected[1, 3], rows.Row(1, 3, new double[tokens]));
    }

    [Fact]
    public void With_a_row_come_those_of_the_tokens_that_are_worth_most_and_none_is_computed_twice()
    {
        using var scope = NewDisposeScope();
        const int Count = 256;
        var (input, old, later) = Changing(Count, 1024);
        var before = ReductionOperator.Affinity(input, new Affinity())[1];
        var after = ReductionOperator.Affinity(input with { Tokens = later }, new Affinity())[1];
        var rows = AffinityRows.Of(input, new Affinity(), 100);
        var random = new Random(5);
        double[] worth = [.. Enumerable.Range(0, Count).Select(_ => random.NextDouble())];
        int[] ranked = [.. Enumerable.Range(0, Count).OrderByDescending(i => worth[i])];
        // Two rows that are asked for first, one of the best and one of the worst; with each come the 31 best of those that are not known.
        var (first, second) = (ranked[4], ranked[200]);
        rows.Row(1, first, worth);
        input.Tokens.copy_(later);
        rows.Row(1, second, worth);
        input.Tokens.copy_(old);
        foreach (var token in ranked[..32])
            AssertClose(before[token], rows.Row(1, token, worth));
        foreach (var token in ranked[32..63].Append(second))
            AssertClose(after[token], rows.Row(1, token, worth));
        input.Tokens.copy_(later);
        AssertClose(after[ranked[63]], rows.Row(1, ranked[63], worth));
    }

    [Fact]
    public void An_image_alone_and_among_others_keeps_the_same_tokens_with_the_same_numbers()
    {
        using var scope = NewDisposeScope();
        using var unrecorded = no_grad();
        var (input, _) = Sample(images: 3);
        var site = PlanModels.Site(Keep) with { Diversity = 0.7, Transfer = 0.8, Temperature = 0.1, Score = new Dictionary<ScoreCriterion, double> { [ScoreCriterion.FeatureNorm] = 1 } };
        var together = ReductionOperator.Reduce(input, site);
        for (var image = 0; image < 3; image++)
        {
            var alone = ReductionOperator.Reduce(input with { Tokens = input.Tokens.narrow(0, image, 1), Mass = input.Mass.narrow(0, image, 1), Index = input.Index.narrow(0, image, 1) }, site);
            Assert.True(alone.Anchors[0].equal(together.Anchors[image]).all().item<bool>());
            Assert.True(alone.Tokens[0].allclose(together.Tokens[image], 1e-12, 1e-12));
        }
    }

    [Fact]
    public void Where_gradients_are_recorded_they_pass_through_the_affinity_of_diverse_anchors()
    {
        using var scope = NewDisposeScope();
        var (input, _) = Sample(images: 1);
        var tokens = input.Tokens.detach().requires_grad_();
        var site = PlanModels.Site(Keep) with { Diversity = 0.7, Transfer = 0.8, Temperature = 0.1, Score = new Dictionary<ScoreCriterion, double> { [ScoreCriterion.FeatureNorm] = 1 } };
        Assert.True(Norm(site).item<double>() > 0);
        Assert.False(Norm(site).equal(Norm(site with { Temperature = double.PositiveInfinity })).item<bool>());

        Tensor Norm(ReductionSite at)
        {
            tokens.grad?.zero_();
            ReductionOperator.Reduce(input with { Tokens = tokens }, at).Tokens.Pow(2).sum().backward();
            return tokens.grad!.norm();
        }
    }

    // Two images, their tokens, and others that come in their place.
    private static (SiteInput Input, Tensor Old, Tensor Later) Changing(int count, int width)
    {
        var (old, later) = (Numbers.Normal(1, 2, count, width), Numbers.Normal(2, 2, count, width));
        var input = new SiteInput(old.clone(), ones(2, count, float64), Scalars.Arange(count).expand(2, -1), new VisualGrid(1, count));
        return (input, old, later);
    }

    private static void AssertClose(Tensor expected, ReadOnlySpan<double> found) =>
        Assert.True(expected.allclose(tensor(found.ToArray()), 1e-10, 1e-10));

    // Some tokens are much alike, so that diversity matters.
    private static (SiteInput Input, Tensor Score) Sample(int images)
    {
        using var generator = new Generator(7);
        var n = Grid.Rows * Grid.Columns;
        var kinds = randn([images, 9, Width], ScalarType.Float64, generator: generator).repeat(1, (n + 8) / 9, 1).narrow(1, 0, n);
        var tokens = kinds.Add(randn([images, n, Width], ScalarType.Float64, generator: generator));
        var input = new SiteInput(tokens, ones([images, n], ScalarType.Float64), Scalars.Arange(n).expand(images, -1), Grid);
        return (input, randn([images, n], ScalarType.Float64, generator: generator));
    }
}
