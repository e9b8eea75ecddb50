namespace EosMLNet.Reduction;

public static partial class ReductionPresets
{
    /// <summary>
    /// DivPrune (CVPR 2025) in front of layer 0: the most diverse tokens, one after another the one whose most similar chosen token is least similar,
    /// by the cosine similarity of projected tokens. The others vanish.
    /// </summary>
    /// <param name="keep">Visual tokens kept, from 1.</param>
    /// <exception cref="EosException">EOS1013: a parameter is out of its range.</exception>
    public static IReadOnlyList<ReductionSite> DivPrune(int keep) =>
    [
        new()
        {
            Layer = 0,
            Keep = AtLeast(1, keep, nameof(keep)),
            Score = new Dictionary<ScoreCriterion, double>(),
            Extra = new ExtraAnchors(keep, AnchorRule.Farthest),
        },
    ];
}
