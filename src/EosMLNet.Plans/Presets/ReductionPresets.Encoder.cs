namespace EosMLNet.Plans;

public static partial class ReductionPresets
{
    /// <summary>
    /// VisionZip (arXiv:2412.04467) in front of the projector: the dominant tokens are those with the most [CLS] attention and stay as they
    /// are; of the others, evenly spaced ones are the contextual tokens, and each remaining token goes to the contextual token with the
    /// most similar key, which adds the mean of what it gets to itself.
    /// </summary>
    /// <param name="dominant">Dominant tokens, from 0; published: 54 of 64.</param>
    /// <param name="contextual">Contextual tokens, from 0; published: 10 of 64.</param>
    /// <exception cref="EosException">EOS1013: a parameter is out of its range, or both are 0.</exception>
    public static IReadOnlyList<ReductionSite> VisionZip(int dominant, int contextual)
    {
        var site = Site(0, AtLeast(0, dominant, nameof(dominant)) + AtLeast(dominant == 0 ? 1 : 0, contextual, nameof(contextual)),
            ScoreCriterion.ClsAttention) with
        {
            Stage = ReductionStage.Projector,
        };
        return contextual == 0 ? [site] :
        [
            site with
            {
                Extra = new ExtraAnchors(contextual, AnchorRule.Stride) { ReceiveAlone = true },
                Transfer = 1,
                Normalization = Normalization.AddedMean,
                Affinity = new Affinity { Feature = AffinityFeature.HeadMeanKey },
            },
        ];
    }

    /// <summary>
    /// LLaVA-PruMerge (arXiv:2403.15388) in front of the projector: the tokens with the most [CLS] attention stay, and each adds to itself
    /// its nearest other tokens, by the cosine similarity of keys and weighted by their [CLS] attention; one more token is the sum of all
    /// that do not stay, weighted alike.
    /// </summary>
    /// <param name="keep">Visual tokens left, from 1, the one more among them.</param>
    /// <param name="neighbours">How many tokens each adds, from 1; published: 32.</param>
    /// <exception cref="EosException">EOS1013: a parameter is out of its range.</exception>
    public static IReadOnlyList<ReductionSite> PruMerge(int keep, int neighbours = 32) =>
    [
        Site(0, AtLeast(1, keep, nameof(keep)), ScoreCriterion.ClsAttention) with
        {
            Stage = ReductionStage.Projector,
            Transfer = 1,
            Neighbours = AtLeast(1, neighbours, nameof(neighbours)),
            GiverWeight = ScoreCriterion.ClsAttention,
            Normalization = Normalization.None,
            Residual = true,
            Affinity = new Affinity { Feature = AffinityFeature.Key },
        },
    ];

    /// <summary>LLaVA-PruMerge+: <see cref="PruMerge"/>, where evenly spaced ones of the tokens with less attention stay too.</summary>
    /// <param name="keep">Visual tokens left, the spatial ones and the one more among them.</param>
    /// <param name="spatial">How many evenly spaced tokens stay, from 1; published: about three for each one that stays by its
    /// attention.</param>
    /// <param name="neighbours">How many tokens each adds, from 1; published: 32.</param>
    /// <exception cref="EosException">EOS1013: a parameter is out of its range.</exception>
    public static IReadOnlyList<ReductionSite> PruMergePlus(int keep, int spatial, int neighbours = 32) =>
        [PruMerge(AtLeast(spatial + 1, keep, nameof(keep)),
            neighbours)[0] with { Extra = new ExtraAnchors(AtLeast(1, spatial, nameof(spatial)), AnchorRule.Stride) }];

    /// <summary>
    /// DivPrune (CVPR 2025) in front of layer 0: the most diverse tokens, one after another the one whose most similar chosen token is
    /// least similar, by the cosine similarity of projected tokens. The others vanish.
    /// </summary>
    /// <param name="keep">Visual tokens kept, from 1.</param>
    /// <exception cref="EosException">EOS1013: a parameter is out of its range.</exception>
    public static IReadOnlyList<ReductionSite> DivPrune(int keep) =>
        [ByRule(ReductionStage.Decoder, keep, AnchorRule.Farthest)];

    /// <summary>
    /// SCOPE (arXiv:2510.24214) in front of the projector: one after another the token that adds most to what the kept ones cover, by the
    /// cosine similarity of the tower's tokens, times its [CLS] attention. The others vanish.
    /// </summary>
    /// <param name="keep">Visual tokens kept, from 1.</param>
    /// <exception cref="EosException">EOS1013: a parameter is out of its range.</exception>
    public static IReadOnlyList<ReductionSite> Scope(int keep) =>
        [ByRule(ReductionStage.Projector, keep, AnchorRule.Coverage, ScoreCriterion.ClsAttention)];

    /// <summary>
    /// HoloV (arXiv:2510.02912) in front of the projector: the image is cut into crops, runs of its tokens row by row, and each keeps its
    /// tokens with the most [CLS] attention, the more the more attention the crop has. The others vanish.
    /// </summary>
    /// <param name="keep">Visual tokens kept, from 1.</param>
    /// <param name="crops">Crops, from 1; published: 16 of 576 tokens.</param>
    /// <exception cref="EosException">EOS1013: a parameter is out of its range.</exception>
    public static IReadOnlyList<ReductionSite> HoloV(int keep, int crops = 16) =>
        [ByRule(ReductionStage.Projector, keep, AnchorRule.Crops, ScoreCriterion.ClsAttention, AtLeast(1, crops, nameof(crops)))];

    // All anchors are taken by a rule.
    private static ReductionSite ByRule(
        ReductionStage stage, int keep, AnchorRule rule, ScoreCriterion? weight = null, int crops = 0) => new()
        {
            Stage = stage,
            Layer = 0,
            Keep = AtLeast(1, keep, nameof(keep)),
            Score = new Dictionary<ScoreCriterion, double>(),
            Extra = new ExtraAnchors(keep, rule) { Weight = weight, Crops = crops },
        };
}
