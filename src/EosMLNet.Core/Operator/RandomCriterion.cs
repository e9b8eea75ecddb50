using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Operator;

/// <summary>A hash of the site's seed and the token's patch, uniform in [0, 1).</summary>
internal sealed class RandomCriterion : Criterion
{
    internal override ScoreCriterion Name => ScoreCriterion.Random;

    internal override Tensor Values(SiteInput input, ReductionSite site, LearnedScores learned, Tensor? present)
    {
        var patches = input.Layout.Rows.Length;                                                         // and the [CLS] token
        var table = tensor(PatchTables.Random(site.Seed, patches)).Upload(input.Index.device);
        return table.index_select(0, input.Index.flatten()).reshape(input.Index.shape);
    }
}
