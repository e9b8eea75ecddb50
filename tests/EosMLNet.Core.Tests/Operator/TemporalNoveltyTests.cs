using EosMLNet.Operator;
using FsCheck.Xunit;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Operator;

public sealed class TemporalNoveltyTests
{
    // Of a video of three steps some tokens are left, and an image of tiles; each by loops.
    [Property(MaxTest = 50)]
    public void A_token_is_compared_with_the_same_place_one_step_before(int seed)
    {
        using var scope = NewDisposeScope();
        var random = new Random(seed);
        var layout = new VisualLayout(new VisualRegion(2, 3), new VisualRegion(2, 3), new VisualRegion(2, 3), VisualRegion.Single);
        long[] left = [.. Enumerable.Range(0, layout.Count).Select(i => (long)i).Where(_ => random.Next(4) > 0)];
        if (left.Length == 0)
            left = [0];
        double[][] tokens = [.. left.Select(_ => Enumerable.Range(0, 5).Select(_ => 2 * random.NextDouble() - 1).ToArray())];
        bool[] present = [.. left.Select(_ => random.Next(5) > 0)];
        var input = new SiteInput(stack([.. tokens.Select(token => tensor(token))]).unsqueeze(0), ones(1, left.Length, ScalarType.Float64), tensor(left).unsqueeze(0), layout);
        var there = tensor(present.Select(one => one ? 1.0 : 0.0).ToArray()).unsqueeze(0);
        var site = new ReductionSite { Layer = 0, Keep = 1, Score = new Dictionary<ScoreCriterion, double> { [ScoreCriterion.TemporalNovelty] = 1 } };
        var found = Sample.Flat(Criterion.Of(ScoreCriterion.TemporalNovelty).Values(input, site, new LearnedScores(), there));
        for (var i = 0; i < left.Length; i++)
        {
            if (!present[i])
                continue;
            var before = Array.IndexOf(left, left[i] - 6);
            var expected = left[i] is < 6 or 18 || before < 0 || !present[before] ? 1 : 1 - Cosine(tokens[i], tokens[before]);
            Assert.Equal(expected, found[i], 1e-12);
        }
    }

    [Fact]
    public void Of_an_image_all_tokens_are_alike()
    {
        using var scope = NewDisposeScope();
        var input = new Sample(2, new VisualGrid(3, 4)).Input();
        var site = new ReductionSite { Layer = 0, Keep = 1, Score = new Dictionary<ScoreCriterion, double> { [ScoreCriterion.TemporalNovelty] = 1 } };
        Assert.All(Sample.Flat(ReductionOperator.Criterion(ScoreCriterion.TemporalNovelty, input, site)), value => Assert.Equal(0, value));
    }

    private static double Cosine(double[] x, double[] y) =>
        x.Zip(y, (a, b) => a * b).Sum() / Math.Sqrt(x.Sum(a => a * a) * y.Sum(b => b * b));
}
