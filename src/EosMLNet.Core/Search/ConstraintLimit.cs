namespace EosMLNet.Search;

/// <summary>A limit on what a plan may cost.</summary>
/// <param name="Kind">The quantity that is limited, and its unit.</param>
/// <param name="Limit">The most that it may be.</param>
public sealed record ConstraintLimit(ConstraintKind Kind, double Limit);
