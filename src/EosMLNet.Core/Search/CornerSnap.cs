namespace EosMLNet.Search;

/// <summary>
/// Moves a plan's parameters to corners of the operator, one after another, where validation shows no cost: a simpler plan that answers as
/// well.
/// </summary>
internal static class CornerSnap
{
    /// <summary>The plan after all moves that were free.</summary>
    /// <param name="plan">The plan to begin with.</param>
    /// <param name="frozen">What may not move.</param>
    /// <param name="measure">A plan on validation data, given what it has to reach; <see langword="null"/> where it does not.</param>
    /// <param name="left">Told before the first trial and after each how many can still come at most.</param>
    internal static ReductionPlan Apply(ReductionPlan plan, FrozenParameters frozen,
        Func<ReductionPlan, ValidationBar?, ValidationResult?> measure, Action<int>? left = null)
    {
        // No move changes what another site may try.
        ReductionSite[][] corners =
            [.. plan.Sites.Select(site => Corners(site, frozen).Where(corner => frozen.Applied(corner) == corner).ToArray())];
        var most = 1 + corners.Sum(each => each.Length);
        left?.Invoke(most);
        var best = measure(plan, null)!;
        left?.Invoke(--most);
        for (var i = 0; i < plan.Sites.Count; i++)
        {
            most -= corners[i].Length;
            for (var k = 0; k < corners[i].Length; k++)
            {
                var corner = corners[i][k];
                var tried = plan with { Sites = [.. plan.Sites.Select((site, j) => j == i ? corner : site)] };
                var result = measure(tried, new(best, Answers: true));
                var isFree = result is not null && !(result.Loss > best.Loss || result.Accuracy < best.Accuracy);
                left?.Invoke(most + (isFree ? 0 : corners[i].Length - 1 - k));
                if (!isFree)
                    continue;
                (plan, best) = (tried, result!);
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
