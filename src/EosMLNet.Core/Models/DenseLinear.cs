using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace EosMLNet.Models;

/// <summary>A linear layer whose weight is an ordinary tensor, of any type and on any device. Gradients go through it.</summary>
internal sealed class DenseLinear(Tensor weight, Tensor? bias) : Linear
{
    internal override Tensor Apply(LinearInput x) => functional.linear(x.Values, weight, bias);
}
