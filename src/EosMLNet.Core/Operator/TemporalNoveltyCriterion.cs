using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Operator;

/// <summary>
/// 1 less the cosine similarity of the token's hidden state to that of the same place one step before; 1 where nothing is there before.
/// </summary>
internal sealed class TemporalNoveltyCriterion : Criterion
{
    internal override ScoreCriterion Name => ScoreCriterion.TemporalNovelty;

    internal override Tensor Values(SiteInput input, ReductionSite site, LearnedScores learned, Tensor? present)
    {
        var unit = nn.functional.normalize(ComputeType.Cast(input.Tokens), dim: -1);                    // (I, n, d)
        var before = tensor(PatchTables.Before(input.Layout)).Upload(unit.device)
            .index_select(0, input.Index.flatten()).view_as(input.Index);                        // (I, n): indices; the last for none
        // Where the token of each index stands; n where it is gone, at a row of zeros.
        var (images, count) = (unit.shape[0], unit.shape[1]);
        var places = Scalars.Full(count, [images, input.Layout.Count + 1], ScalarType.Int64, unit.device)
            .scatter(1, input.Index, Scalars.Arange(count, unit.device).expand(images, -1));
        if (present is not null)
            unit = unit.mul(present.unsqueeze(-1));
        var all = nn.functional.pad(unit, [0, 0, 0, 1]);                                                // (I, n + 1, d)
        var earlier = all.gather(1, places.gather(1, before).unsqueeze(-1).expand(-1, -1, all.shape[2]));
        return unit.mul(earlier).sum(-1).RSub(1);
    }
}
