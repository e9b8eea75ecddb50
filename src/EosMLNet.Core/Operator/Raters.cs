using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Operator;

/// <summary>
/// SparseVLM's raters (arXiv:2410.04417): the tokens of an instruction that the image speaks to most. Their attention rates the visual
/// tokens.
/// </summary>
/// <param name="Index">Their places in a sequence, padded with the last place, int64, (B, q).</param>
/// <param name="Weight">One over the number of the row's raters; 0 at padding, (B, q).</param>
internal sealed record Raters(Tensor Index, Tensor Weight)
{
    /// <summary>
    /// Finds the raters: each visual token divides itself among the instruction's tokens by softmax(V·Tᵀ), and a token that gets more than
    /// the mean rates. Where none does, all do.
    /// </summary>
    /// <param name="images">Visual tokens as they enter the decoder, (g, n, d), and the rows of their images, int64, (g); images of
    /// different numbers of tokens apart.</param>
    /// <param name="text">Embeddings of the text, (B, T, d).</param>
    /// <param name="asked">Which tokens are the instruction's, at least one in each row, bool, (B, T).</param>
    internal static Raters Find(IEnumerable<(Tensor Visual, Tensor Rows)> images, Tensor text, Tensor asked)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        Tensor? relevance = null;                                                                           // (B, T)
        foreach (var (visual, imageRows) in images)
        {
            var unasked = asked.logical_not().index_select(0, imageRows).unsqueeze(1);                      // (g, 1, T)
            var logits = ComputeType.Cast(visual)
                .matmul(ComputeType.Cast(text).index_select(0, imageRows).transpose(1, 2));           // (g, n, T)
            var share = logits.MaskedFill(unasked, double.NegativeInfinity).softmax(-1).mean([1L]);         // (g, T)
            var owns = Scalars.Arange(text.size(0), text.device).unsqueeze(1).eq(imageRows.unsqueeze(0)).to_type(share.dtype);
            relevance = relevance is null ? owns.matmul(share) : relevance.Add(owns.matmul(share));
        }
        relevance ??= zeros(asked.shape, ComputeType.Of(text), text.device);
        var mean = relevance.sum(-1, keepdim: true).div(asked.sum(-1, keepdim: true));
        var above = relevance.gt(mean).logical_and(asked);
        var rates = where(above.any(-1, keepdim: true), above, asked);
        var count = rates.sum(-1, keepdim: true);                                                           // (B, 1)
        var most = count.max().cpu().item<long>();
        var first = rates.to_type(ScalarType.Int64).sort(-1, descending: true, stable: true).Indices.narrow(1, 0, most);
        var there = Scalars.Arange(most, text.device).unsqueeze(0).lt(count);                                // (B, q)
        return new Raters(
            first.MaskedFill(there.logical_not(), text.size(1) - 1).MoveToOuterDisposeScope(),
            there.to_type(relevance.dtype).div(count).MoveToOuterDisposeScope());
    }
}
