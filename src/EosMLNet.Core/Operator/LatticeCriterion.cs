using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Operator;

/// <summary>1 on as many evenly spaced tokens as the site keeps, 0 elsewhere: a stride.</summary>
internal sealed class LatticeCriterion : Criterion
{
    internal override ScoreCriterion Name => ScoreCriterion.Lattice;

    internal override Tensor Values(SiteInput input, ReductionSite site, LearnedScores learned, Tensor? present) =>
        tensor(Marks((int)input.Tokens.size(1), site.Keep)).Upload(input.Tokens.device).expand(input.Tokens.size(0), -1);

    // The middle of each of `keep` equal stretches.
    private static float[] Marks(int tokens, int keep)
    {
        var marks = new float[tokens];
        for (long i = 0; i < keep; i++)
            marks[(2 * i + 1) * tokens / (2 * keep)] = 1;
        return marks;
    }
}
