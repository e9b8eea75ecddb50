namespace EosMLNet.Plans;

public static partial class ReductionPresets
{
    /// <summary>
    /// FastV (arXiv:2403.06764): in front of one layer, the tokens to which the last instruction token paid most attention in the layer
    /// before stay; the others vanish.
    /// </summary>
    /// <param name="layer">The layer, from 1; published: 2 or 3.</param>
    /// <param name="keep">Visual tokens kept, from 1; published: half of them.</param>
    /// <exception cref="EosException">EOS1013: a parameter is out of its range.</exception>
    public static IReadOnlyList<ReductionSite> FastV(int layer, int keep) =>
        [Site(AtLeast(1, layer, nameof(layer)), AtLeast(1, keep, nameof(keep)), ScoreCriterion.TextAttention)];
}
