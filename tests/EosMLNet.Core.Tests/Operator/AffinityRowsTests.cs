using EosMLNet.Operator;
using EosMLNet.Tensors;
using EosMLNet.Tests.Plans;
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
