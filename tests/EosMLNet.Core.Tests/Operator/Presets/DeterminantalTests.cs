using EosMLNet.Operator;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Operator.Presets;

/// <summary>CDPruner's choice (arXiv:2506.10967) against determinants that are computed one by one.</summary>
public class DeterminantalTests
{
    [Theory]
    [InlineData(1, 1, 1, false)]
    [InlineData(2, 3, 3, false)]
    [InlineData(3, 4, 5, false)]
    [InlineData(3, 4, 5, true)]
    [InlineData(5, 7, 4, true)]
    public void Each_token_makes_the_determinant_of_those_chosen_as_large_as_any_token_can(int rows, int columns, int keep, bool weighed)
    {
        using var scope = NewDisposeScope();
        var sample = new Sample(rows * 100 + keep, new VisualGrid(rows, columns));
        var site = ReductionPresets.DivPrune(keep)[0] with
        {
            Extra = new ExtraAnchors(keep, AnchorRule.Determinantal) { Weight = weighed ? ScoreCriterion.TextAttention : null },
        };
        var reduced = ReductionOperator.Reduce(sample.Input(), site);
        for (var image = 0; image < sample.Tokens.Length; image++)
        {
            var weights = weighed ? Scaled(sample.TextAttention[image]) : Enumerable.Repeat(1.0, rows * columns).ToArray();
            Assert.Equal(Greedy(sample.Tokens[image], weights, keep).Order().Select(i => (long)i), reduced.Anchors[image].data<long>());
        }
    }

    [Fact]
    public void Of_equal_tokens_the_first_are_kept()
    {
        using var scope = NewDisposeScope();
        var input = new Sample(1, new VisualGrid(2, 3)).Input();
        var site = ReductionPresets.DivPrune(3)[0] with { Extra = new ExtraAnchors(3, AnchorRule.Determinantal) };
        var reduced = ReductionOperator.Reduce(input with { Tokens = ones_like(input.Tokens) }, site);
        Assert.Equal([0, 1, 2, 0, 1, 2], reduced.Anchors.flatten().data<long>());
    }

    private static double[] Scaled(double[] values) => [.. values.Select(value => (value - values.Min() + 1e-6) / (values.Max() - values.Min() + 1e-6))];

    private static List<int> Greedy(double[][] x, double[] weights, int keep)
    {
        var chosen = new List<int>();
        while (chosen.Count < keep)
            chosen.Add(Enumerable.Range(0, x.Length).Except(chosen).MaxBy(i => Math.Round(Determinant([.. chosen, i]), 9))); // the first of equal ones
        return chosen;

        double Determinant(int[] set)
        {
            var kernel = new double[set.Length, set.Length];
            for (var i = 0; i < set.Length; i++)
                for (var j = 0; j < set.Length; j++)
                    kernel[i, j] = weights[set[i]] * PlainOperator.Cosine(x[set[i]], x[set[j]]) * weights[set[j]];
            return linalg.det(tensor(kernel)).item<double>();
        }
    }
}
