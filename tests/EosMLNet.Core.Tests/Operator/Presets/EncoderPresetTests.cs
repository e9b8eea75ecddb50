using EosMLNet.Operator;
using EosMLNet.Tests.Plans;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Operator.Presets;

/// <summary>The presets of the encoder as points of the operator, on random tokens, against plain implementations of the published methods.</summary>
public class EncoderPresetTests
{
    [Theory]
    [InlineData(1, 2, 1, 1)]
    [InlineData(3, 3, 9, 0)]
    [InlineData(3, 3, 5, 4)]
    [InlineData(4, 5, 0, 3)]
    [InlineData(4, 6, 7, 0)]
    [InlineData(6, 7, 9, 4)]
    [InlineData(12, 12, 27, 5)]
    [InlineData(12, 12, 54, 10)]
    public void VisionZip_is_the_operators_point(int rows, int columns, int dominant, int contextual) =>
        Compare(ReductionPresets.VisionZip(dominant, contextual), new VisualGrid(rows, columns),
            (x, keys, attention) => PlainEncoderPresets.VisionZip(x, keys, attention, dominant, contextual));

    [Theory]
    [InlineData(2, 2, 1, 2)]
    [InlineData(3, 3, 2, 4)]
    [InlineData(3, 4, 12, 11)]
    [InlineData(5, 5, 6, 40)]
    [InlineData(7, 6, 8, 32)]
    [InlineData(12, 12, 16, 32)]
    public void PruMerge_is_the_operators_point(int rows, int columns, int keep, int neighbours) =>
        Compare(ReductionPresets.PruMerge(keep, neighbours), new VisualGrid(rows, columns),
            (x, keys, attention) => PlainEncoderPresets.PruMerge(x, keys, attention, keep - 1, 0, neighbours));

    [Theory]
    [InlineData(2, 3, 3, 2, 3)]
    [InlineData(4, 4, 9, 6, 5)]
    [InlineData(7, 6, 13, 9, 32)]
    [InlineData(12, 12, 36, 27, 32)]
    public void PruMergePlus_is_the_operators_point(int rows, int columns, int keep, int spatial, int neighbours) =>
        Compare(ReductionPresets.PruMergePlus(keep, spatial, neighbours), new VisualGrid(rows, columns),
            (x, keys, attention) => PlainEncoderPresets.PruMerge(x, keys, attention, keep - 1 - spatial, spatial, neighbours));

    [Theory]
    [InlineData(1, 2, 1)]
    [InlineData(3, 3, 4)]
    [InlineData(4, 4, 3)]
    [InlineData(5, 7, 11)]
    [InlineData(12, 12, 72)]
    public void A_round_of_ToMe_in_the_tower_is_the_operators_point(int rows, int columns, int merged)
    {
        using var scope = NewDisposeScope();
        var sample = new Sample(merged, new VisualGrid(rows, columns));
        var site = Assert.Single(ReductionPresets.ToMeTower(rows * columns, [merged]));
        var reduced = ReductionOperator.Reduce(sample.Input() with { Offset = 1 }, site);
        for (var image = 0; image < sample.Tokens.Length; image++)
        {
            // [CLS] before them, which nothing joins and which joins nothing.
            double[][] x = [new double[Sample.Width], .. sample.Tokens[image]], keys = [[1, 2, 3], .. sample.Keys[image]];
            var (places, tokens, sizes) = PlainEncoderPresets.ToMe(x, keys, [1, .. sample.Mass[image]], merged);
            Assert.Equal(places.Skip(1).Select(place => place - 1L), reduced.Anchors[image].data<long>());
            AssertClose(tokens.Skip(1).SelectMany(token => token), reduced.Tokens[image]);
            AssertClose(sizes.Skip(1), reduced.Mass[image]);
        }
    }

    [Fact]
    public void Masses_are_conserved_by_all_of_them()
    {
        using var scope = NewDisposeScope();
        var input = Input(new Sample(5, new VisualGrid(6, 6)), out _);
        foreach (var preset in new[] { ReductionPresets.VisionZip(0, 5), ReductionPresets.VisionZip(9, 3), ReductionPresets.PruMerge(7), ReductionPresets.PruMergePlus(9, 6), ReductionPresets.ToMeTower(36, [10]) })
            Assert.Equal(Sample.Flat(input.Mass.sum(1)), Sample.Flat(ReductionOperator.Reduce(input, preset[0]).Mass.sum(1)), (p, q) => Math.Abs(p - q) <= 1e-9);
    }

    [Fact]
    public void A_residual_token_in_the_push_form_has_the_mass_that_was_not_given_away()
    {
        using var scope = NewDisposeScope();
        var sample = new Sample(6, new VisualGrid(4, 4));
        var input = Input(sample, out _);
        var site = PlanModels.Site(5, ScoreCriterion.ClsAttention) with { Transfer = 0.25, Temperature = 1, Residual = true, GiverWeight = ScoreCriterion.ClsAttention };
        var reduced = ReductionOperator.Reduce(input, site);
        Assert.Equal(Sample.Flat(input.Mass.sum(1)), Sample.Flat(reduced.Mass.sum(1)), (p, q) => Math.Abs(p - q) <= 1e-9);
        Assert.Equal([2, 5], reduced.Anchors.shape);
    }

    private static void Compare(IReadOnlyList<ReductionSite> preset, VisualGrid grid, Func<double[][], double[][], double[], (int[] Places, double[][] Tokens)> published)
    {
        using var scope = NewDisposeScope();
        var sample = new Sample(grid.Rows * 100 + grid.Columns, grid);
        var reduced = ReductionOperator.Reduce(Input(sample, out var attention), Assert.Single(preset));
        for (var image = 0; image < sample.Tokens.Length; image++)
        {
            var (places, tokens) = published(sample.Tokens[image], sample.Keys[image], attention[image]);
            Assert.Equal(places.Select(place => (long)place), reduced.Anchors[image].data<long>());
            AssertClose(tokens.SelectMany(token => token), reduced.Tokens[image]);
        }
    }

    private static SiteInput Input(Sample sample, out double[][] attention)
    {
        attention = [.. sample.Tokens.Select(image => PlainOperator.Softmax(sample.Numbers(image.Length)))];
        return sample.Input() with { Mass = ones_like(sample.Input().Mass), ClsAttention = stack(attention.Select(a => tensor(a))) };
    }

    private static void AssertClose(IEnumerable<double> expected, Tensor actual) =>
        Assert.Equal(expected, Sample.Flat(actual), (p, q) => Math.Abs(p - q) <= 1e-5);
}
