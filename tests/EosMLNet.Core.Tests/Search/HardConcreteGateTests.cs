using EosMLNet.Search;
using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Search;

public class HardConcreteGateTests
{
    [Theory]
    [InlineData(-2.0)]
    [InlineData(0.0)]
    [InlineData(1.5)]
    public void The_gate_is_open_as_often_as_its_active_probability_says(double logAlpha)
    {
        using var scope = NewDisposeScope();
        var random = new Random(1);
        var alpha = Scalars.Full(logAlpha, [], ScalarType.Float64);
        var open = Enumerable.Range(0, 4_000).Count(_ =>
        {
            using var inner = NewDisposeScope();
            return HardConcreteGate.Sample(alpha, random.NextDouble()).item<double>() > 0;
        });
        Assert.Equal(HardConcreteGate.ActiveProbability(alpha).item<double>(), open / 4_000.0, 0.04);
    }

    [Fact]
    public void Both_ends_are_reached_exactly()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(0, HardConcreteGate.Deterministic(tensor(-5.0)).item<double>());
        Assert.Equal(1, HardConcreteGate.Deterministic(tensor(5.0)).item<double>());
        Assert.Equal(0, HardConcreteGate.Sample(tensor(0.0), 0.001).item<double>());
        Assert.Equal(1, HardConcreteGate.Sample(tensor(0.0), 0.999).item<double>());
    }

    [Fact]
    public void The_gradient_is_that_of_finite_differences()
    {
        using var scope = NewDisposeScope();
        FiniteDifferences.Check(x => HardConcreteGate.Sample(x, 0.4).sum(), tensor(new[] { 0.3, -0.4 }));
        FiniteDifferences.Check(x => HardConcreteGate.ActiveProbability(x).sum(), tensor(new[] { 0.3, -0.4 }));
    }
}
