using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Operator;

/// <summary>1 less the mean cosine similarity of the token's hidden state to the other visual tokens of its image.</summary>
internal sealed class NoveltyCriterion : Criterion
{
    internal override ScoreCriterion Name => ScoreCriterion.Novelty;

    // The sum of cosines is the cosine sum's product: no n × n matrix.
    internal override Tensor Values(SiteInput input, ReductionSite site, LearnedScores learned, Tensor? present)
    {
        var unit = nn.functional.normalize(ComputeType.Cast(input.Tokens), dim: -1);                    // (I, n, d)
        var there = present ?? ones(unit.shape[..2], unit.dtype, unit.device);
        var sum = unit.mul(there.unsqueeze(-1)).sum(1, keepdim: true);                                  // (I, 1, d)
        var cosines = unit.mul(sum).sum(-1).sub(unit.mul(unit).sum(-1).mul(there));                     // (I, n)
        var others = there.sum(-1, keepdim: true).sub(there).Clamp(1, 1e30);
        return cosines.div(others).RSub(1);
    }
}
