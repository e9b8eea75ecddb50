using EosMLNet.Operator;
using EosMLNet.Tests.Plans;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Operator.Presets;

/// <summary>DivPrune against a plain implementation of its greedy choice.</summary>
public class DivPruneTests
{
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(2, 3, 1)]
    [InlineData(2, 3, 6)]
    [InlineData(5, 7, 9)]
    [InlineData(12, 12, 16)]
    public void The_preset_keeps_the_tokens_that_the_greedy_choice_keeps(int rows, int columns, int keep)
    {
        using var scope = NewDisposeScope();
        var sample = new Sample(rows * 100 + keep, new VisualGrid(rows, columns));
        var reduced = ReductionOperator.Reduce(sample.Input(), Assert.Single(ReductionPresets.DivPrune(keep)));
        for (var image = 0; image < sample.Tokens.Length; image++)
        {
            var expected = MostDiverse(sample.Tokens[image], keep).Order().ToArray();
            Assert.Equal(expected.Select(i => (long)i), reduced.Anchors[image].data<long>());
            Assert.Equal(expected.SelectMany(i => sample.Tokens[image][i]), Sample.Flat(reduced.Tokens[image]), (p, q) => Math.Abs(p - q) <= 1e-5);
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(4, 5)]
    [InlineData(11, 1)]
    public void Beside_those_that_the_score_chose_come_the_farthest_from_them(int scored, int farthest)
    {
        using var scope = NewDisposeScope();
        var sample = new Sample(scored, new VisualGrid(3, 4));
        var site = PlanModels.Site(scored + farthest) with { Extra = new ExtraAnchors(farthest, AnchorRule.Farthest) };
        var reduced = ReductionOperator.Reduce(sample.Input(), site);
        for (var image = 0; image < sample.Tokens.Length; image++)
        {
            var expected = MostDiverse(sample.Tokens[image], site.Keep, PlainOperator.Highest(sample.TextAttention[image], scored));
            Assert.Equal(expected.Order().Select(i => (long)i), reduced.Anchors[image].data<long>());
        }
    }

    [Fact]
    public void Of_equal_tokens_the_first_are_kept()
    {
        using var scope = NewDisposeScope();
        var input = new Sample(1, new VisualGrid(2, 3)).Input();
        var reduced = ReductionOperator.Reduce(input with { Tokens = ones_like(input.Tokens) }, ReductionPresets.DivPrune(3)[0]);
        Assert.Equal([0, 1, 2, 0, 1, 2], reduced.Anchors.flatten().data<long>());
    }

    // Distance 1 - cosine. The first choice is the token whose nearest other is farthest; each further one has the greatest distance to its nearest chosen one.
    private static List<int> MostDiverse(double[][] x, int keep, params IEnumerable<int> start)
    {
        List<int> chosen = [.. start];
        while (chosen.Count < keep)
        {
            var (best, bestDistance) = (-1, double.NegativeInfinity);
            for (var i = 0; i < x.Length; i++)
            {
                if (chosen.Contains(i))
                    continue;
                var nearest = double.PositiveInfinity;
                for (var j = 0; j < x.Length; j++)
                    if (chosen.Count == 0 ? j != i : chosen.Contains(j))
                        nearest = Math.Min(nearest, 1 - PlainOperator.Cosine(x[i], x[j]));
                if (nearest > bestDistance)
                    (best, bestDistance) = (i, nearest);
            }
            chosen.Add(best);
        }
        return chosen;
    }
}
