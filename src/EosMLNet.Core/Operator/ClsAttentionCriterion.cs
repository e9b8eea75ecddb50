using static TorchSharp.torch;

namespace EosMLNet.Operator;

/// <summary>Attention of the vision tower's [CLS] token, averaged over heads.</summary>
internal sealed class ClsAttentionCriterion : Criterion
{
    internal override ScoreCriterion Name => ScoreCriterion.ClsAttention;

    internal override Tensor Values(SiteInput input, ReductionSite site, LearnedScores learned, Tensor? present) =>
        input.ClsAttention ?? throw Missing(site, "the [CLS] attention of the vision tower");
}
