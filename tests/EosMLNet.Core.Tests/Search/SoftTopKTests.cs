using EosMLNet.Search;
using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Search;

public class SoftTopKTests
{
    [Theory]
    [InlineData(1.0, 1.0)]
    [InlineData(3.7, 0.5)]
    [InlineData(15.99, 0.1)]
    [InlineData(16.0, 1.0)]
    [InlineData(0.25, 2.0)]
    public void The_sum_is_k(double k, double temperature)
    {
        using var scope = NewDisposeScope();
        var p = SoftTopK.Select(Numbers.Normal(1, 5, 16), Scalar(k), temperature);
        foreach (var sum in p.sum(-1).data<double>())
            Assert.Equal(k, sum, 9);
        Assert.True(p.min().item<double>() >= 0 && p.max().item<double>() <= 1);
    }

    [Fact]
    public void A_low_temperature_gives_the_indicator_of_the_highest()
    {
        using var scope = NewDisposeScope();
        var scores = tensor(new[] { 0.3, -1.0, 2.0, 0.1, 0.9 }).unsqueeze(0);
        var p = SoftTopK.Select(scores, Scalar(2), 1e-3);
        Assert.Equal([0, 0, 1, 0, 1], p.data<double>().Select(x => Math.Round(x, 9)));
    }

    [Theory]
    [InlineData(3.0, 1.0)]
    [InlineData(4.6, 0.3)]
    [InlineData(8.0, 0.5)]
    public void The_gradients_are_those_of_finite_differences(double k, double temperature)
    {
        using var scope = NewDisposeScope();
        var scores = Numbers.Normal(2, 2, 9);
        var weights = Numbers.Normal(3, 2, 9);
        FiniteDifferences.Check(x => SoftTopK.Select(x, Scalar(k), temperature).mul(weights).sum(), scores);
        FiniteDifferences.Check(x => SoftTopK.Select(scores, x, temperature).mul(weights).sum(), Scalar(k));
    }

    [Fact]
    public void The_gradients_hold_where_some_tokens_are_already_gone()
    {
        using var scope = NewDisposeScope();
        var scores = Numbers.Normal(4, 2, 9);
        var alive = tensor(new double[] { 1, 1, 0, 1, 0, 1, 1, 1, 1 }).unsqueeze(0).expand(2, 9);
        var weights = Numbers.Normal(5, 2, 9);
        Assert.Equal(4, SoftTopK.Select(scores, Scalar(4), 0.4, alive).mul(alive).sum(-1)[0].item<double>(), 9);
        FiniteDifferences.Check(x => SoftTopK.Select(x, Scalar(4), 0.4, alive).mul(weights).sum(), scores);
        FiniteDifferences.Check(x => SoftTopK.Select(scores, x, 0.4, alive).mul(weights).sum(), Scalar(4));
    }

    [Fact]
    public void Keeping_all_is_possible_and_its_gradient_names_the_lowest_score()
    {
        using var scope = NewDisposeScope();
        var scores = tensor(new[] { 0.3, -1.0, 2.0, 0.1 }).unsqueeze(0);
        var k = Scalar(4).requires_grad_();
        var p = SoftTopK.Select(scores, k, 0.1);
        p.mul(tensor(new[] { 0.0, 1, 0, 0 })).sum().backward();
        Assert.Equal(1, k.grad!.item<double>(), 3);
        Assert.All(p.data<double>().ToArray(), x => Assert.Equal(1, x, 6));
    }

    [Fact]
    public void Scores_of_half_precision_are_selected_in_float32()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(ScalarType.Float32, SoftTopK.Select(Numbers.Normal(6, 2, 8).to_type(ScalarType.BFloat16), Scalar(3), 0.5).dtype);
    }

    private static Tensor Scalar(double value) => Scalars.Full(value, [], ScalarType.Float64);
}
