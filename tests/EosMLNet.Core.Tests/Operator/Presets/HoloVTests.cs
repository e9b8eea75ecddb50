using EosMLNet.Operator;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Operator.Presets;

/// <summary>HoloV against a plain implementation of what was published (arXiv:2510.02912): crops, their scores, and what each keeps.</summary>
public class HoloVTests
{
    [Theory]
    [InlineData(4, 4, 4, 5)]
    [InlineData(5, 7, 8, 9)]
    [InlineData(5, 7, 1, 9)]
    [InlineData(5, 7, 6, 35)]
    [InlineData(12, 12, 16, 1)]
    [InlineData(12, 12, 16, 16)]
    [InlineData(12, 12, 16, 100)]
    [InlineData(12, 12, 16, 140)]
    public void The_preset_keeps_the_tokens_that_the_crops_keep(int rows, int columns, int crops, int keep)
    {
        using var scope = NewDisposeScope();
        var sample = new Sample(rows * 100 + keep, new VisualGrid(rows, columns));
        var attention = sample.TextAttention; // any numbers will do
        var input = sample.Input() with { ClsAttention = stack(attention.Select(values => tensor(values))) };
        var reduced = ReductionOperator.Reduce(input, Assert.Single(ReductionPresets.HoloV(keep, crops)));
        for (var image = 0; image < sample.Tokens.Length; image++)
        {
            var expected = OfCrops(sample.Tokens[image], attention[image], crops, keep).Order().ToArray();
            Assert.Equal(expected.Select(i => (long)i), reduced.Anchors[image].data<long>());
            Assert.Equal(expected.SelectMany(i => sample.Tokens[image][i]), Sample.Flat(reduced.Tokens[image]), (p, q) => Math.Abs(p - q) <= 1e-5);
        }
    }

    // Twelve tokens that differ in their attention alone.
    [Theory]
    [InlineData(3, 6, new double[] { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 }, new long[] { 0, 1, 4, 5, 8, 9 })]             // alike: the same of each crop
    [InlineData(3, 4, new double[] { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 }, new long[] { 0, 1, 4, 8 })]                   // the first of equal crops takes one more
    [InlineData(3, 4, new double[] { 0, 1, 0, 0, 3, 5, 6, 4, 1, 1, 0, 0 }, new long[] { 4, 5, 6, 7 })]                   // a crop that is looked at has them all
    [InlineData(3, 6, new double[] { 0, 1, 0, 0, 30, 50, 60, 40, 1, 2, 0, 0 }, new long[] { 1, 4, 5, 6, 7, 9 })]         // what it has no token for is others'
    [InlineData(3, 5, new double[] { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }, new long[] { 0, 1, 2, 4, 8 })]                // nothing is looked at
    [InlineData(1, 3, new double[] { 0, 1, 0, 0, 3, 5, 6, 4, 1, 2, 0, 0 }, new long[] { 5, 6, 7 })]                      // one crop: the highest of all
    [InlineData(12, 3, new double[] { 0, 1, 0, 0, 3, 5, 6, 4, 1, 2, 0, 0 }, new long[] { 5, 6, 7 })]                     // and crops of one token each
    [InlineData(20, 3, new double[] { 0, 1, 0, 0, 3, 5, 6, 4, 1, 2, 0, 0 }, new long[] { 5, 6, 7 })]                     // some of which have none
    public void Crops_take_their_part(int crops, int keep, double[] attention, long[] expected)
    {
        using var scope = NewDisposeScope();
        var input = new Sample(1, new VisualGrid(3, 4), images: 1).Input() with { ClsAttention = tensor(attention).unsqueeze(0) };
        Assert.Equal(expected, ReductionOperator.Reduce(input, ReductionPresets.HoloV(keep, crops)[0]).Anchors[0].data<long>());
    }

    private static List<int> OfCrops(double[][] x, double[] attention, int crops, int keep)
    {
        var (own, start) = (new List<int[]>(), 0);
        for (var crop = 0; crop < crops; start += own[crop++].Length)
            own.Add([.. Enumerable.Range(start, x.Length / crops + (crop < x.Length % crops ? 1 : 0))]);
        double[] scores = [.. own.Select(tokens => Score(tokens).Average())];
        int[] shares = [.. scores.Select(score => (int)Math.Floor(keep * score / (scores.Sum() + 1e-6)))];
        foreach (var crop in Enumerable.Range(0, crops).OrderByDescending(crop => scores[crop]).Take(keep - shares.Sum()))
            shares[crop]++;
        var kept = own.SelectMany((tokens, crop) => tokens.OrderByDescending(i => attention[i]).Take(shares[crop])).ToList();
        // The original fills up with zeros where a crop has fewer tokens than its share.
        kept.AddRange(Enumerable.Range(0, x.Length).Except(kept).OrderByDescending(i => attention[i]).Take(keep - kept.Count).ToArray());
        return kept;

        // Attention, and how much a token's similarities to its crop vary, scaled to the mean of the attention.
        IEnumerable<double> Score(int[] tokens)
        {
            double[] varied = [.. tokens.Select(i => Varied(i, tokens))], seen = [.. tokens.Select(i => 1e3 * attention[i])];
            var scale = seen.Average() / (varied.Average() + 1e-6);
            return seen.Zip(varied, (a, v) => a + 0.09 * v * scale);
        }

        double Varied(int i, int[] tokens)
        {
            double[] similar = [.. tokens.Select(j => j == i ? 0 : PlainOperator.Cosine(x[i], x[j]))];
            var mean = similar.Sum() / (tokens.Length - 1);
            return similar.Sum(s => (s - mean) * (s - mean)) / (tokens.Length - 1);
        }
    }
}
