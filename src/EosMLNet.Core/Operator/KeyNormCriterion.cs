using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Operator;

/// <summary>L1 norm of the token's keys, after rotary embedding.</summary>
internal sealed class KeyNormCriterion : Criterion
{
    internal override ScoreCriterion Name => ScoreCriterion.KeyNorm;

    internal override Tensor Values(SiteInput input, ReductionSite site, LearnedScores learned, Tensor? present) =>
        Observed(input, site).squeeze(1);

    internal override Tensor Observe(LayerView layer, bool corrected) =>
        ComputeType.Cast(layer.Keys()).abs().sum(-1).sum(1, keepdim: true);                             // (B, 1, T)
}
