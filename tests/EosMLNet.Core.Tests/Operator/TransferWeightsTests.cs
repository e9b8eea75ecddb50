using EosMLNet.Operator;
using EosMLNet.Tensors;
using EosMLNet.Tests.Search;
using FsCheck.Xunit;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Operator;

public sealed class TransferWeightsTests
{
    private const int Images = 2, Tokens = 7;

    [Theory]
    [InlineData(new[] { false, false, true, false, true }, 2)]
    [InlineData(new[] { true, true, true, true, true }, 0)]
    [InlineData(new[] { false, false, false, false, true }, 4)]
    [InlineData(new[] { false, false, false, false, false }, 4)]
    [InlineData(new[] { false }, 0)]
    public void The_first_place_at_which_a_mask_is_true_is_the_last_place_where_it_is_true_nowhere(bool[] mask, long expected)
    {
        using var scope = NewDisposeScope();
        var first = TransferWeights.First(stack([tensor(mask), ones(mask.Length, ScalarType.Bool)]));
        Assert.Equal([2, 1], first.shape);
        Assert.Equal([expected, 0], first.data<long>());
    }

    // Of tokens all of which can give and some of which receive, by loops.
    [Property(MaxTest = 40)]
    public void Tokens_divide_themselves_among_the_others_that_are_there(int seed, byte corner)
    {
        using var scope = NewDisposeScope();
        double[] corners = [0, 0.05, 0.7, double.PositiveInfinity];
        var temperature = corners[corner % corners.Length];
        var random = new Random(seed);
        var affinity = Affinity(seed);
        bool[][] present = [.. Enumerable.Range(0, Images)
            .Select(_ => Enumerable.Range(0, Tokens).Select(_ => random.Next(2) > 0).ToArray())];
        var found = TransferWeights.Masked(affinity, Mask(present), temperature, tensor(temperature));
        for (var image = 0; image < Images; image++)
        {
            for (var giver = 0; giver < Tokens; giver++)
            {
                double[] similar = [.. affinity[image][giver].data<double>()];
                int[] receivers = [.. Enumerable.Range(0, Tokens).Where(i => i != giver && present[image][i])];
                var expected = new double[Tokens];
                var shares = temperature switch
                {
                    0 => receivers.Select(i => i == receivers.MaxBy(j => similar[j]) ? 1.0 : 0),
                    double.PositiveInfinity => receivers.Select(_ => 1.0 / receivers.Length),
                    _ => PlainOperator.Softmax(receivers.Select(i => similar[i] / temperature)),
                };
                foreach (var (receiver, share) in receivers.Zip(shares))
                    expected[receiver] = share;
                Assert.Equal(expected, Sample.Flat(found[image][giver]), (p, q) => Math.Abs(p - q) < 1e-9);
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.3)]
    [InlineData(double.PositiveInfinity)]
    public void Among_those_that_are_there_a_token_that_is_gone_gives_what_it_gives_to_anchors(double temperature)
    {
        using var scope = NewDisposeScope();
        var affinity = Affinity(3);
        long[] anchors = [1, 2, 5], gone = [0, 3, 4, 6];
        bool[] present = [.. Enumerable.Range(0, Tokens).Select(i => anchors.Contains(i))];
        var toAnchors = affinity.index_select(1, tensor(gone)).index_select(2, tensor(anchors));
        var expected = TransferWeights.Of(toAnchors, null, temperature, tensor(temperature));
        var found = TransferWeights.Masked(affinity, Mask([present, present]), temperature, tensor(temperature));
        Assert.Equal(Sample.Flat(expected), Sample.Flat(found.index_select(1, tensor(gone)).index_select(2, tensor(anchors))),
            (p, q) => Math.Abs(p - q) < 1e-12);
    }

    // exp(S/τ) of such a token is no number of any type.
    [Fact]
    public void A_token_that_is_gone_and_more_similar_than_all_that_are_there_leaves_weights_and_gradients_finite()
    {
        using var scope = NewDisposeScope();
        var affinity = Affinity(4);
        affinity.select(2, 0).fill_(Scalars.Literal(1e6));
        var present = Mask([.. Enumerable.Repeat(new[] { false, true, true, false, true, false, true }, Images)]).requires_grad_();
        var weights = TransferWeights.Masked(affinity, present, 1e-3, tensor(1e-3));
        Assert.All(Sample.Flat(weights.sum(-1)), sum => Assert.Equal(1, sum, 1e-9));
        weights.mul(Affinity(5)).sum().backward();
        Assert.All(Sample.Flat(present.grad!), gradient => Assert.True(double.IsFinite(gradient)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.3)]
    [InlineData(double.PositiveInfinity)]
    public void The_only_token_that_is_there_gives_nothing_and_gets_all_that_others_give(double temperature)
    {
        using var scope = NewDisposeScope();
        var present = Mask([.. Enumerable.Repeat(Enumerable.Range(0, Tokens).Select(i => i == 2).ToArray(), Images)]).requires_grad_();
        var weights = TransferWeights.Masked(Affinity(6), present, temperature, tensor(temperature));
        Assert.Equal([0, 0, 1, 0, 0, 0, 0], Sample.Flat(weights[0, 5]));
        Assert.Equal(new double[Tokens], Sample.Flat(weights[0, 2]));
        if (temperature == 0)
            return; // only the most similar one receives, and no gradient passes
        weights.mul(Affinity(7)).sum().backward();
        Assert.All(Sample.Flat(present.grad!), gradient => Assert.True(double.IsFinite(gradient)));
    }

    private static Tensor Affinity(int seed) => Numbers.Normal(seed, Images, Tokens, Tokens);

    private static Tensor Mask(bool[][] present) => stack(present.Select(row => tensor(row))).to_type(ScalarType.Float64);
}
