using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Operator;

/// <summary>L2 norm of the token's hidden state.</summary>
internal sealed class FeatureNormCriterion : Criterion
{
    internal override ScoreCriterion Name => ScoreCriterion.FeatureNorm;

    internal override Tensor Values(SiteInput input, ReductionSite site, LearnedScores learned, Tensor? present) =>
        ComputeType.Cast(input.Tokens).norm(-1);
}
