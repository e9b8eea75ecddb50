namespace EosMLNet.Plans;

/// <summary>
/// What a site's parameters amount to. The regime is a name for a corner of the operator, computed from the parameters, never a parameter
/// itself.
/// </summary>
public enum OperatorRegime
{
    /// <summary>Dropped tokens vanish (γ = 0, ρ = 0): FastV, PyramidDrop, DART.</summary>
    Prune,
    /// <summary>Each dropped token joins its most similar anchor (γ = 1, τ = 0, ρ = 0): ToMe, VisionZip's contextual tokens.</summary>
    Merge,
    /// <summary>
    /// Dropped tokens are spread evenly over the anchors they may join (γ = 1, τ = ∞, ρ = 0); with the window mask, 2-D average pooling.
    /// </summary>
    Pool,
    /// <summary>Kept tokens are scaled by their score (ρ › 0), with a soft partial transfer (0 ‹ γ ‹ 1, finite τ) or none.</summary>
    Reweight,
    /// <summary>Anything between the corners.</summary>
    Hybrid,
}
