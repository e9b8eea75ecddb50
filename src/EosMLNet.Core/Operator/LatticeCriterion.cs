using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Operator;

/// <summary>1 on as many evenly spaced tokens as the site keeps, 0 elsewhere: a stride.</summary>
internal sealed class LatticeCriterion : Criterion
{
    internal override ScoreCriterion Name => ScoreCriterion.Lattice;

    internal override Tensor Values(SiteInput input, ReductionSite site, LearnedScores learned, Tensor? present) =>
        tensor(PatchTables.Lattice((int)input.Tokens.size(1), site.Keep)).Upload(input.Tokens.device).expand(input.Tokens.size(0), -1);
}
