using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Operator;

/// <summary>
/// Attention of the instruction's raters (SparseVLM, arXiv:2410.04417), averaged over the raters and over heads.
/// </summary>
internal sealed class RaterAttentionCriterion : Criterion
{
    internal override ScoreCriterion Name => ScoreCriterion.RaterAttention;

    // The mean over heads, or over those whose raters look at the image most; equal heads count in their order.
    internal override Tensor Values(SiteInput input, ReductionSite site, LearnedScores learned, Tensor? present)
    {
        var attention = Observed(input, site);                                                          // (I, H, n)
        if (site.RaterHeads is not { } some || some >= attention.size(1))
            return attention.mean([1L]);
        var total = (present is null ? attention : attention.mul(present.unsqueeze(1))).sum(-1);        // (I, H)
        var first = total.sort(-1, descending: true, stable: true).Indices.narrow(1, 0, some);
        return attention.gather(1, first.unsqueeze(-1).expand(-1, -1, attention.size(2))).mean([1L]);
    }

    // Each head apart.
    internal override Tensor Observe(LayerView layer, bool corrected)
    {
        var raters = layer.Raters();
        var attention = ComputeType.Cast(layer.Attention(raters.Index));                                // (B, H, q, T)
        if (corrected)
            attention = attention.div(layer.PositionLogits(raters.Index).unsqueeze(1));
        return attention.mul(raters.Weight.unsqueeze(1).unsqueeze(-1)).sum(2);                          // (B, H, T)
    }
}
