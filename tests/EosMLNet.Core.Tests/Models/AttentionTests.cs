using EosMLNet.Models;
using EosMLNet.Search;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace EosMLNet.Tests.Models;

public sealed class AttentionTests
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void With_a_gradient_attention_in_bfloat16_is_that_of_float32_rounded_once(bool biased, bool causal)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        var rounded = Enumerable.Range(0, 3).Select(_ => randn(2, 3, 5, 8).to(ScalarType.BFloat16).requires_grad_()).ToArray();
        var wide = rounded.Select(x => x.detach().to(ScalarType.Float32).requires_grad_()).ToArray();
        var bias = biased ? randn(2, 1, 5, 5).to(ScalarType.BFloat16) : null;

        var attended = Attention.Apply(rounded[0], rounded[1], rounded[2], bias, causal);
        var expected = functional.scaled_dot_product_attention(wide[0], wide[1], wide[2], bias?.to(ScalarType.Float32), is_casual: causal);
        Assert.Equal(ScalarType.BFloat16, attended.dtype);
        Assert.Equal(expected.to(ScalarType.BFloat16).Numbers(), attended.Numbers());

        attended.sum().backward();
        expected.sum().backward();
        foreach (var (ours, theirs) in rounded.Zip(wide))
            Assert.Equal(theirs.grad!.to(ScalarType.BFloat16).Numbers(), ours.grad!.Numbers());
    }
}
