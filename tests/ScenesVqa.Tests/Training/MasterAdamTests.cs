using EosMLNet.Search;
using EosMLNet.Tensors;
using ScenesVqa.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace ScenesVqa.Tests.Training;

public sealed class MasterAdamTests
{
    private const double Rate = 1e-4;

    [Fact]
    public void Steps_that_a_rounded_weight_would_lose_add_up()
    {
        using var scope = NewDisposeScope();
        var weight = ones(4).to(ScalarType.BFloat16).requires_grad_(); // its neighbours are 0.004 and 0.008 away
        using var adam = new MasterAdam([weight], Rate);
        for (var i = 0; i < 200; i++)
            Step(adam, weight);
        Assert.Equal(1 - 200 * Rate, weight.to(ScalarType.Float32)[0].item<float>(), 0.002);
        Assert.Equal(ScalarType.BFloat16, weight.dtype);
    }

    [Fact]
    public void Float32_weights_move_as_with_Adam_itself()
    {
        using var scope = NewDisposeScope();
        var (one, other) = (Scalars.Arange(6).to(ScalarType.Float32).requires_grad_(), Scalars.Arange(6).to(ScalarType.Float32).requires_grad_());
        using var ours = new MasterAdam([one], 0.1, beta2: 0.98, weightDecay: 0.02);
        using var plain = new Adam([other], 0.1, beta2: 0.98, weightDecay: 0.02);
        for (var i = 0; i < 5; i++)
        {
            Step(ours, one);
            plain.ZeroGrad();
            other.Pow(2).sum().backward();
            plain.ClipGradients(1);
            plain.Step();
        }
        Assert.Equal(other.data<float>().ToArray(), one.data<float>().ToArray());
    }

    [Fact]
    public void What_goes_on_from_a_file_moves_as_what_was_not_interrupted()
    {
        var file = Path.GetTempFileName();
        using var scope = NewDisposeScope();
        Tensor[] weights = [.. Enumerable.Range(0, 2).Select(_ => (Scalars.Arange(6).Add(1L)).to(ScalarType.BFloat16).requires_grad_())];
        using var whole = new MasterAdam([weights[0]], 0.1);
        for (var i = 0; i < 5; i++)
            Step(whole, weights[0]);
        whole.Save(file);
        using var rest = new MasterAdam([weights[1]], 0.1);
        rest.Load(file);
        Assert.Equal(weights[0].to(ScalarType.Float32).data<float>().ToArray(), weights[1].to(ScalarType.Float32).data<float>().ToArray());
        for (var i = 0; i < 5; i++)
        {
            Step(whole, weights[0]);
            Step(rest, weights[1]);
        }
        Assert.Equal(weights[0].to(ScalarType.Float32).data<float>().ToArray(), weights[1].to(ScalarType.Float32).data<float>().ToArray());
        Assert.NotEqual(1, weights[0].to(ScalarType.Float32)[0].item<float>());
        File.Delete(file);
    }

    private static void Step(MasterAdam adam, Tensor weight)
    {
        adam.ZeroGrad();
        weight.Pow(2).sum().backward();
        adam.ClipGradients(1);
        adam.Step();
    }
}
