using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Operator;

/// <summary>A learned linear function of the hidden state.</summary>
internal sealed class ProbeCriterion : Criterion
{
    internal override ScoreCriterion Name => ScoreCriterion.Probe;

    internal override Tensor Values(SiteInput input, ReductionSite site, LearnedScores learned, Tensor? present) =>
        Along(input, ComputeType.Cast(learned.Probe ?? throw Missing(site, "the learned probe")));
}
