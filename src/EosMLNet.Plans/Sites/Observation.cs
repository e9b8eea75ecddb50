namespace EosMLNet.Plans;

/// <summary>What a site's score needs to be seen of a running decoder layer.</summary>
/// <param name="Criterion">The criterion that needs it.</param>
/// <param name="Source">The layer it is seen at.</param>
/// <param name="Corrected">Whether <see cref="ReductionSite.PositionCorrection"/> is asked for.</param>
public readonly record struct Observation(ScoreCriterion Criterion, AttentionSource Source, bool Corrected)
{
    /// <summary>What one criterion of a site needs.</summary>
    public static Observation Of(ScoreCriterion criterion, ReductionSite site) =>
        new(criterion, site.AttentionSource, site.PositionCorrection && criterion == ScoreCriterion.RaterAttention);

    /// <summary>All that a site needs.</summary>
    public static IEnumerable<Observation> Of(ReductionSite site) =>
        site.CriteriaUsed.Concat(site.Extra is { TextPivots: > 0 } ? [ScoreCriterion.KeyNorm] : [])
            .Where(criterion => criterion.NeedsAttention()).Select(criterion => Of(criterion, site));
}
