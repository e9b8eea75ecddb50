using EosMLNet.Reduction;

namespace EosMLNet.Search;

/// <summary>Moves a plan's parameters to corners of the operator, one after another, where validation shows no cost: a simpler plan that answers as well.</summary>
internal static class CornerSnap
{
    /// <summary>The plan after all moves that were free.</summary>
    /// <param name="plan">The plan to begin with.</param>
    /// <param name="frozen">What may not move.</param>
    /// <param name="measure">Loss and accuracy of a plan on validation data.</param>
    internal static ReductionPlan Apply(ReductionPlan plan, FrozenParameters frozen, Func<ReductionPlan, ValidationResult> measure)
    {
        var best = measure(plan);
        for (var i = 0; i < plan.Sites.Count; i++)
        {
            foreach (var corner in Corners(plan.Sites[i], frozen).Where(corner => frozen.Applied(corner) == corner))
            {
                var tried = plan with { Sites = [.. plan.Sites.Select((site, j) => j == i ? corner : site)] };
                var result = measure(tried);
                if (result.Loss > best.Loss || result.Accuracy < best.Accuracy)
                    continue;
                (plan, best) = (tried, result);
                break;
            }
        }
        return plan;
    }

    // The simplest first.
    private static IEnumerable<ReductionSite> Corners(ReductionSite site, FrozenParameters frozen)
    {
        var ungained = site with { Reweight = 0 };
        if (site.Transfer > 0)
        {
            yield return ungained with { Transfer = 0, Temperature = frozen.Temperature ?? 0 };
            yield return ungained with { Transfer = 1, Temperature = 0 };
            yield return ungained with { Transfer = 1, Temperature = double.PositiveInfinity };
        }
        if (site.Reweight > 0)
            yield return ungained;
        if (site.Diversity > 0)
            yield return site with { Diversity = 0 };
    }
}
