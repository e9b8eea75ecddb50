namespace EosMLNet.Plans;

/// <summary>How anchors are taken from the tokens that the score did not choose.</summary>
public enum AnchorRule
{
    /// <summary>Evenly: of the m tokens left, in their order, the first of each m / count: a stride.</summary>
    Stride,
    /// <summary>
    /// One after another, each time the token that resembles its most similar anchor least, by the site's affinity: greedy max-min
    /// diversity. Where there is no anchor yet, it begins with the token that resembles its most similar neighbour least.
    /// </summary>
    Farthest,
    /// <summary>
    /// Pivots in turn, the tokens that the score chose, best first, and then <see cref="ExtraAnchors.TextPivots"/>: each takes its equal
    /// share of the tokens left, those that resemble it least by the site's affinity. Of a count that does not divide, the first pivots
    /// take one more.
    /// </summary>
    Dissimilar,
    /// <summary>
    /// The centres of clusters of the candidates, by density peaks: tokens in dense places, far from any denser one. Distances are
    /// Euclidean, of the affinity's feature, over √d; the density of a token is exp(−mean squared distance to its nearest candidates,
    /// itself among them, as many as there are centres); of equally dense ones the first is the denser.
    /// </summary>
    DensityPeaks,
    /// <summary>
    /// One after another, each time the token that adds most to what the anchors cover: for each token of the image, how much it resembles
    /// its most similar anchor, at least 0, by the site's affinity. What a token adds is multiplied by
    /// <see cref="ExtraAnchors.Weight"/>. Greedy facility location, as SCOPE (arXiv:2510.24214) has it. Takes all anchors.
    /// </summary>
    Coverage,
    /// <summary>
    /// One after another, each time the token with which the determinant of the anchors' similarities is largest, each row and column times
    /// <see cref="ExtraAnchors.Weight"/>, which is scaled to 0 … 1 over the image. The greedy choice of a determinantal point process, as
    /// CDPruner (arXiv:2506.10967) has it. Takes all anchors.
    /// </summary>
    Determinantal,
    /// <summary>
    /// From <see cref="ExtraAnchors.Crops"/> equal runs of the image's tokens, in their order, the first of which are one longer where they
    /// do not divide. Each takes its tokens of most <see cref="ExtraAnchors.Weight"/>, as many as its part of the sum of all runs' mean
    /// weights, rounded down; what is left of the count goes to the runs of most mean weight, one each, and what a run has no token for, to
    /// the tokens of most weight that are left. The choice of HoloV (arXiv:2510.02912). Takes all anchors.
    /// </summary>
    Crops,
}
