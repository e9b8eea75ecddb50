using EosMLNet.Search;
using EosMLNet.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Search;

public class AdamTests
{
    [Fact]
    public void First_steps_follow_the_paper()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new double[,] { { 1.0, -2.0 } }).requires_grad_();
        using var adam = new Adam([x], 0.1, weightDecay: 0.5);
        double[] expected = [1.0, -2.0], mean = [0, 0], square = [0, 0];
        for (var step = 1; step <= 5; step++)
        {
            adam.ZeroGrad();
            x.Pow(2).sum().backward();
            for (var i = 0; i < 2; i++)
            {
                var gradient = 2 * expected[i];
                mean[i] = 0.9 * mean[i] + 0.1 * gradient;
                square[i] = 0.999 * square[i] + 0.001 * gradient * gradient;
                expected[i] = expected[i] * (1 - 0.1 * 0.5)
                    - 0.1 * (mean[i] / (1 - Math.Pow(0.9, step))) / (Math.Sqrt(square[i] / (1 - Math.Pow(0.999, step))) + 1e-8);
            }
            adam.Step();
        }
        Assert.Equal(expected[0], x[0, 0].item<double>(), 1e-12);
        Assert.Equal(expected[1], x[0, 1].item<double>(), 1e-12);
    }

    [Fact]
    public void Clipping_scales_the_joint_norm()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new double[] { 3 }).requires_grad_();
        var y = tensor(new double[] { 4 }).requires_grad_();
        using var adam = new Adam([x, y], 0.1);
        x.Pow(2).Add(y.Pow(2)).Div(2).sum().backward();
        Assert.Equal(5, adam.ClipGradients(1), 1e-12);
        Assert.Equal(0.6, x.grad!.item<double>(), 1e-12);
        Assert.Equal(0.8, y.grad!.item<double>(), 1e-12);
        Assert.Equal(1, adam.ClipGradients(2), 1e-12);
    }

    [Fact]
    public void A_parameter_without_gradient_stays()
    {
        using var scope = NewDisposeScope();
        var x = ones(2, 2).requires_grad_();
        using var adam = new Adam([x], 0.1, weightDecay: 0.5);
        adam.Step();
        adam.ZeroGrad();
        Assert.Equal(4, x.sum().item<float>());
    }

    [Fact]
    public void Many_steps_under_garbage_collection_converge_and_leak_nothing()
    {
        using var scope = NewDisposeScope();
        var target = randn(64, 64);
        var x = zeros(64, 64).requires_grad_();
        using var adam = new Adam([x], 0.05);
        var live = 0L;
        for (var step = 0; step < 300; step++)
        {
            using (NewDisposeScope())
            {
                adam.ZeroGrad();
                x.sub(target).Pow(2).sum().backward();
                adam.Step();
            }
            if (step % 50 == 0)
                GC.Collect();
            if (step == 10)
                live = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
        }
        Assert.Equal(live, DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
        Assert.True(x.sub(target).abs().max().item<float>() < 0.05f);
    }
}
