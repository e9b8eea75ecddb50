using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Models;

/// <summary>A linear layer whose weight was laid out for the processor when it was loaded (build/docs/adr/0029).</summary>
internal sealed class PackedLinear(Tensor weight, Tensor? bias) : Linear
{
    private readonly FewRows? few = FewRows.Of(weight, null, bias);

    internal override Tensor Apply(LinearInput x) =>
        few is not null && few.Take(x.Values) ? few.Apply(x.Values) : OneDnn.Linear(x.Values, weight, bias);
}
