using static TorchSharp.torch;

namespace EosMLNet.Operator;

/// <summary>Attention of the last instruction token, averaged over heads.</summary>
internal sealed class TextAttentionCriterion : Criterion
{
    internal override ScoreCriterion Name => ScoreCriterion.TextAttention;

    internal override Tensor Values(SiteInput input, ReductionSite site, LearnedScores learned, Tensor? present) =>
        Observed(input, site).squeeze(1);

    internal override Tensor Observe(LayerView layer, bool corrected) => layer.Attention(layer.Asking()).mean([1L]);          // (B, 1, T)
}
