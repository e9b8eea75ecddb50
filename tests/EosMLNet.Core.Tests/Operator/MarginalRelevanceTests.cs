using EosMLNet.Operator;
using EosMLNet.Tensors;
using EosMLNet.Tests.Search;
using FsCheck.Xunit;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Operator;

public sealed class MarginalRelevanceTests
{
    private const int Images = 2;
    private static readonly double[] Diversities = [0, 0.25, 1, 64];

    // Quarters, so that many tokens are worth exactly the same.
    [Property(MaxTest = 100)]
    public void Anchors_follow_one_another_as_in_loops_and_of_equal_ones_the_lower_place_comes_first(
        int seed, byte size, byte count, byte diversity, bool single, bool masked)
    {
        using var scope = NewDisposeScope();
        var n = 1 + size % 9;
        var (k, strength, random) = (1 + count % n, Diversities[diversity % Diversities.Length], new Random(seed));
        var (score, similarity) = (new double[Images][], new double[Images][,]);
        var present = new bool[Images][];
        for (var image = 0; image < Images; image++)
        {
            score[image] = [.. Enumerable.Range(0, n).Select(_ => random.Next(-4, 5) / 4.0)];
            present[image] = [.. Enumerable.Range(0, n).Select(_ => !masked || random.Next(3) > 0)];
            similarity[image] = new double[n, n];
            for (var i = 0; i < n; i++)
            {
                for (var j = 0; j <= i; j++)
                    similarity[image][i, j] = similarity[image][j, i] = i == j ? 1 : random.Next(-4, 4) / 4.0;
            }
        }
        var type = single ? ScalarType.Float32 : ScalarType.Float64;
        var found = MarginalRelevance.Choose(stack(score.Select(row => tensor(row))).to_type(type),
            stack(similarity.Select(square => tensor(square))).to_type(type), strength, k,
            masked ? stack(present.Select(row => tensor(row))) : null);
        Assert.Equal([Images, k], found.shape);
        for (var image = 0; image < Images; image++)
        {
            double[] reachable = [.. score[image].Zip(present[image], (s, there) => there ? s : double.NegativeInfinity)];
            var expected = PlainOperator.InTurn(reachable, (i, j) => similarity[image][i, j], strength, k);
            Assert.Equal(expected.Select(i => (long)i), found[image].data<long>());
        }
    }

    [Fact]
    public void Where_fewer_tokens_are_there_than_are_chosen_others_follow()
    {
        using var scope = NewDisposeScope();
        var there = stack([tensor(new[] { false, false, true, false, true }), tensor(new[] { false, true, true, true, true })]);
        var score = tensor(new[] { 5.0, 4, 1, 3, 2 }).expand(Images, -1);
        var found = MarginalRelevance.Choose(score, zeros(Images, 5, 5, float64), 1, 4, there);
        Assert.Equal([4L, 2, 0, 1], found[0].data<long>());
        Assert.Equal([1L, 3, 4, 2], found[1].data<long>());
    }

    [Property(MaxTest = 50)]
    public void What_a_token_has_in_common_is_with_the_anchors_chosen_before_it(int seed, byte count)
    {
        using var scope = NewDisposeScope();
        var (n, k) = (8, 1 + count % 8);
        var similarity = Symmetric(seed, n);
        var order = MarginalRelevance.Choose(Numbers.Normal(seed, Images, n), similarity, 0.5, k);
        var found = MarginalRelevance.Redundancy(similarity, order);
        Assert.Equal([Images, n], found.shape);
        for (var image = 0; image < Images; image++)
        {
            long[] anchors = [.. order[image].data<long>()];
            var s = similarity[image];
            for (var token = 0; token < n; token++)
            {
                var turn = Array.IndexOf(anchors, token);
                var before = turn < 0 ? anchors : anchors[..turn];
                var expected = turn == 0 ? Sample.Flat(s).Min() : before.Max(a => s[token, a].item<double>());
                Assert.Equal(expected, found[image, token].item<double>());
            }
        }
    }

    [Property(MaxTest = 50)]
    public void The_anchors_are_the_tokens_that_are_worth_most_and_none_more_than_one_before_it(int seed, byte count, byte diversity)
    {
        using var scope = NewDisposeScope();
        var (n, k, strength) = (9, 1 + count % 9, Diversities[diversity % Diversities.Length]);
        var (score, similarity) = (Numbers.Normal(seed, Images, n), Symmetric(seed, n));
        var order = MarginalRelevance.Choose(score, similarity, strength, k);
        var worth = score.sub(MarginalRelevance.Redundancy(similarity, order).Mul(strength));
        for (var image = 0; image < Images; image++)
        {
            var inTurn = Sample.Flat(worth[image].index_select(0, order[image]));
            Assert.Equal(inTurn.OrderDescending(), inTurn);
            Assert.Equal(Sample.Flat(worth[image]).OrderDescending().Take(k), inTurn);
        }
    }

    private static Tensor Symmetric(int seed, int n)
    {
        var square = Numbers.Normal(seed ^ 1, Images, n, n);
        return square.Add(square.transpose(1, 2)).Div(2);
    }
}
