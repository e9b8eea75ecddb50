namespace EosMLNet.Reduction;

/// <summary>How anchors are taken from the tokens that the score did not choose.</summary>
public enum AnchorRule
{
    /// <summary>Evenly: of the m tokens left, in their order, the first of each m / count: a stride.</summary>
    Stride,
    /// <summary>
    /// One after another, each time the token that resembles its most similar anchor least, by the site's affinity: greedy max-min diversity. Where there is
    /// no anchor yet, it begins with the token that resembles its most similar neighbour least.
    /// </summary>
    Farthest,
}
