namespace EosMLNet.Plans;

public static partial class ReductionPresets
{
    /// <summary>
    /// DART (arXiv:2502.11494): in front of one layer, pivots are the visual tokens and the instruction's tokens with the longest keys in
    /// the layer before, by L1 norm; each pivot in turn adds the visual tokens left that resemble it least, by the cosine similarity of
    /// normalised hidden states. Pivots of the image stay; all others vanish. Of each kind, the pivot with the longest key is the first.
    /// </summary>
    /// <param name="layer">The layer, from 1; published: 2.</param>
    /// <param name="keep">Visual tokens kept, the image's pivots among them.</param>
    /// <param name="imagePivots">Pivots of the image, from 1 to <paramref name="keep"/>; published: 4.</param>
    /// <param name="textPivots">Pivots of the instruction, from 0; published: 4.</param>
    /// <exception cref="EosException">EOS1013: a parameter is out of its range.</exception>
    public static IReadOnlyList<ReductionSite> Dart(int layer, int keep, int imagePivots = 4, int textPivots = 4)
    {
        AtLeast(AtLeast(1, imagePivots, nameof(imagePivots)), keep, nameof(keep));
        var site = Site(AtLeast(1, layer, nameof(layer)), keep, ScoreCriterion.KeyNorm);
        return [keep == imagePivots ? site : site with
        {
            Affinity = new Affinity { Feature = AffinityFeature.FinalNorm },
            Extra = new ExtraAnchors(keep - imagePivots, AnchorRule.Dissimilar) { TextPivots = AtLeast(0, textPivots, nameof(textPivots)) },
        }];
    }
}
