using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Models;

/// <summary>
/// A linear layer in 8 bits: each row of the weight was rounded to steps of its own when it was loaded, and each row of the input is when
/// it comes ("dynamic quantisation", LLM.int8(), arXiv:2208.07339, section 2.1). Sums are exact, in 32 bits.
/// </summary>
/// <param name="weight">Rows of −127 to 127, packed, (out, in).</param>
/// <param name="scales">What a step of each row is, float32, (out).</param>
/// <param name="bias">(out); null for none.</param>
internal sealed class Int8Linear(Tensor weight, Tensor scales, Tensor? bias) : Linear
{
    private readonly FewRows? few = FewRows.Of(weight, scales, bias);

    internal override Tensor Apply(LinearInput x)
    {
        if (few is not null && few.Take(x.Values))
            return few.Apply(x.Values);
        var (rows, steps) = x.Quantized; // in the caller's scope, for the next layer
        using var scope = NewDisposeScope();
        var products = OneDnn.Quantized(rows, weight, scales, x.Values.dtype).mul_(steps);    // (n, out)
        if (bias is not null)
            products = products.AddInto(bias);
        return products.view([.. x.Values.shape[..^1], scales.shape[0]]).MoveToOuterDisposeScope();
    }
}
