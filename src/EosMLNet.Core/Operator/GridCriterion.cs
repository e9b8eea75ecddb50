using static TorchSharp.torch;

namespace EosMLNet.Operator;

/// <summary>1 on the token nearest to the middle of each window of the patch grid, 0 elsewhere.</summary>
internal sealed class GridCriterion : Criterion
{
    internal override ScoreCriterion Name => ScoreCriterion.Grid;

    internal override Tensor Values(SiteInput input, ReductionSite site, LearnedScores learned, Tensor? present) =>
        PatchWindows.IsCentre(input.Index, input.Layout, site.Keep);
}
