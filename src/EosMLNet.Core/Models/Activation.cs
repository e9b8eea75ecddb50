using EosMLNet.Tensors;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace EosMLNet.Models;

/// <summary>The activation functions that configurations name, as Hugging Face transformers defines them.</summary>
internal static class Activation
{
    /// <summary>Applies an activation function by its name; where no gradient is recorded, x may be overwritten.</summary>
    /// <exception cref="EosException">EOS1009: the name is unknown.</exception>
    internal static Tensor Apply(string name, Tensor x) => name switch
    {
        "quick_gelu" => x.Mul(1.702).sigmoid().MulInto(x),
        "gelu" => functional.gelu(x),
        "gelu_pytorch_tanh" => functional.gelu(x, TorchSharp.Modules.GELU.Approximate.tanh),
        "silu" => functional.silu(x, inplace: !is_grad_enabled()),
        "relu" => functional.relu(x),
        _ => throw new EosException(EosErrors.UnsupportedModel,
            $"The activation function '{name}' is not known; expected quick_gelu, gelu, gelu_pytorch_tanh, silu or relu."),
    };
}
