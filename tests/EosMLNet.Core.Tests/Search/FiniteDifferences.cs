using static TorchSharp.torch;

namespace EosMLNet.Tests.Search;

/// <summary>Holds a gradient of autograd against central differences, entry by entry, in float64.</summary>
internal static class FiniteDifferences
{
    public static void Check(Func<Tensor, Tensor> function, Tensor at, double step = 1e-6, double tolerance = 1e-5)
    {
        using var scope = NewDisposeScope();
        var x = at.detach().clone().requires_grad_();
        function(x).backward();
        var gradient = x.grad!.reshape(-1).data<double>().ToArray();
        var point = at.detach().reshape(-1).data<double>().ToArray();
        using var guard = no_grad();
        for (var i = 0; i < point.Length; i++)
        {
            var difference = (Value(function, point, at.shape, i, step) - Value(function, point, at.shape, i, -step)) / (2 * step);
            Assert.True(Math.Abs(difference - gradient[i]) <= tolerance * (1 + Math.Abs(difference)),
                $"entry {i}: autograd {gradient[i]:g8}, finite differences {difference:g8}");
        }
        Assert.Contains(gradient, g => g != 0);
    }

    private static double Value(Func<Tensor, Tensor> function, double[] point, long[] shape, int index, double step)
    {
        using var scope = NewDisposeScope();
        var moved = (double[])point.Clone();
        moved[index] += step;
        return function(tensor(moved, shape)).item<double>();
    }
}
