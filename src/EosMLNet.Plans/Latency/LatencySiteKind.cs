namespace EosMLNet.Plans;

/// <summary>
/// What a site does beside scoring: the parts of the operator that take time by how many tokens enter and how many are kept.
/// </summary>
public enum LatencySiteKind
{
    /// <summary>It keeps the highest scores, and what it drops vanishes.</summary>
    Prune,
    /// <summary>What it drops is transferred to the anchors.</summary>
    Transfer,
    /// <summary>Its anchors are chosen one after another (δ above 0).</summary>
    Diverse,
    /// <summary>Both.</summary>
    DiverseTransfer,
}
