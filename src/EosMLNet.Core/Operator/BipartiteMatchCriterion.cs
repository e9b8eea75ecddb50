using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Operator;

/// <summary>
/// ToMe's round (arXiv:2210.09461): tokens at odd positions stay, those at even positions rank by how little they resemble any odd one.
/// </summary>
internal sealed class BipartiteMatchCriterion : Criterion
{
    internal override ScoreCriterion Name => ScoreCriterion.BipartiteMatch;

    private const double AboveAnyCosine = 2;

    internal override Tensor Values(SiteInput input, ReductionSite site, LearnedScores learned, Tensor? present)
    {
        var n = input.Tokens.size(1);
        if (n < 2)
            return zeros_like(input.Index);
        var isOdd = IsOdd(input);
        var first = 1 - input.Offset % 2;
        var odd = Scalars.Arange((n - first + 1) / 2, input.Tokens.device).Mul(2).Add(first).expand(input.Tokens.size(0), -1);  // (I, n/2)
        var best = ReductionOperator.Cosine(input, site.Affinity.Feature, null, odd).amax([-1]);        // (I, n)
        return best.neg().MaskedFill(isOdd, AboveAnyCosine);
    }

    /// <summary>Which tokens stand at odd places, (n) bool: ToMe's receiving set.</summary>
    internal static Tensor IsOdd(SiteInput input)
    {
        var place = Scalars.Arange(input.Tokens.size(1), input.Tokens.device).Add(input.Offset);
        return place.bitwise_and(ones_like(place)).Eq(1);
    }
}
