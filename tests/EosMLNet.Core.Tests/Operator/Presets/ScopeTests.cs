using EosMLNet.Operator;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Operator.Presets;

/// <summary>SCOPE against a plain implementation of its greedy choice (arXiv:2510.24214).</summary>
public class ScopeTests
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
        var attention = sample.TextAttention; // any numbers will do
        var input = sample.Input() with { ClsAttention = stack(attention.Select(values => tensor(values))) };
        var reduced = ReductionOperator.Reduce(input, Assert.Single(ReductionPresets.Scope(keep)));
        for (var image = 0; image < sample.Tokens.Length; image++)
        {
            var expected = Covering(sample.Tokens[image], attention[image], keep).Order().ToArray();
            Assert.Equal(expected.Select(i => (long)i), reduced.Anchors[image].data<long>());
            Assert.Equal(expected.SelectMany(i => sample.Tokens[image][i]), Sample.Flat(reduced.Tokens[image]), (p, q) => Math.Abs(p - q) <= 1e-5);
        }
    }

    [Fact]
    public void Without_a_weight_the_token_that_resembles_all_others_comes_first_and_then_what_it_does_not_cover()
    {
        using var scope = NewDisposeScope();
        // Three alike, two alike, one alone.
        var tokens = tensor(new double[,,] { { { 0, 0, 1 }, { 0, 1, 0 }, { 1, 0, 0 }, { 0, 1, 0 }, { 1, 0, 0 }, { 1, 0, 0 } } });
        var input = new Sample(1, new VisualGrid(2, 3)).Input();
        input = input with { Tokens = tokens.expand(input.Tokens.size(0), -1, -1) };
        foreach (var (keep, expected) in new (int, long[])[] { (1, [2]), (2, [1, 2]), (3, [0, 1, 2]) })
        {
            var site = ReductionPresets.DivPrune(keep)[0] with { Extra = new ExtraAnchors(keep, AnchorRule.Coverage) };
            Assert.Equal(expected, ReductionOperator.Reduce(input, site).Anchors[0].data<long>());
        }
    }

    private static List<int> Covering(double[][] x, double[] attention, int keep)
    {
        var (chosen, covered) = (new List<int>(), new double[x.Length]);
        while (chosen.Count < keep)
        {
            var best = Enumerable.Range(0, x.Length).Except(chosen).MaxBy(i => attention[i] * Gain(i))!;
            chosen.Add(best);
            for (var j = 0; j < x.Length; j++)
                covered[j] = Math.Max(covered[j], PlainOperator.Cosine(x[best], x[j]));
        }
        return chosen;

        double Gain(int i) => Enumerable.Range(0, x.Length).Sum(j => Math.Max(0, PlainOperator.Cosine(x[i], x[j]) - covered[j]));
    }
}
