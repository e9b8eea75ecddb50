using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Models;

/// <summary>A linear layer whose weight was laid out for the processor when it was loaded (build/docs/adr/0029).</summary>
internal sealed class PackedLinear(Tensor weight, Tensor? bias) : Linear
{
    private readonly FewRows? few = FewRows.Of(weight, null, bias);
    private readonly bool inBlocks = RowBlocks.Help(weight);

    internal override Tensor Apply(LinearInput x) => inBlocks ? RowBlocks.Apply(x.Values, Product) : Product(x.Values);

    private Tensor Product(Tensor x) => few is not null && few.Take(x) ? few.Apply(x) : OneDnn.Linear(x, weight, bias);
}
