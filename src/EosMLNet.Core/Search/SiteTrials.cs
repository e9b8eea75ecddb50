namespace EosMLNet.Search;

/// <summary>
/// Drops sites that do not pay for themselves. All plans use the budget up, so that a site saves no tokens by being there: it only puts
/// them elsewhere. It costs its own operations, which on a small model are as much as a layer, and has to earn them in answers.
/// </summary>
internal static class SiteTrials
{
    // A site that is so much of a prefill is dropped where validation cannot tell its loss from nothing. A cheaper one, as all are on a
    // large model, is dropped where there is no loss at all.
    private const double Dear = 0.02;
    // What is called nothing: so many standard errors of the difference, the same questions being asked; or so much of the loss, where
    // a site changes every answer by next to nothing.
    private const double Measurable = 2, Slight = 0.02;

    /// <summary>
    /// Tries each site, those that drop fewest tokens first. A dropped one keeps what enters it, at a gate that is closed.
    /// </summary>
    /// <param name="sites">The searched sites.</param>
    /// <param name="visualTokens">Visual tokens in front of the first of them.</param>
    /// <param name="planOf">The plan of some sites, whose counts are first made to fit the limits; <see langword="null"/> where they
    /// cannot.</param>
    /// <param name="measure">A plan on validation data.</param>
    /// <param name="secondsOf">What a prefill under a plan takes.</param>
    /// <param name="left">Told before the first trial and after each how many can still come at most.</param>
    /// <returns>The sites; those that are dropped have the activation 0.</returns>
    internal static IReadOnlyList<SearchedSite> Apply(IReadOnlyList<SearchedSite> sites, double visualTokens,
        Func<IReadOnlyList<SearchedSite>, ReductionPlan?> planOf, Func<ReductionPlan, ValidationResult> measure,
        Func<ReductionPlan, double> secondsOf, Action<int>? left = null)
    {
        var most = Most(sites.Count);
        left?.Invoke(most);
        // Those that are closed already cost nothing.
        var tried = Enumerable.Range(0, sites.Count).Where(i => sites[i].Activation > 0).OrderBy(i => Removed(sites, i)).ToArray();
        if (planOf(sites) is not { } whole || tried.Length < 2)
        {
            left?.Invoke(0);
            return sites;
        }
        // Compared with the best that there was, not with the last: many small losses would be a large one.
        var (best, present, seconds) = (measure(whole), whole, secondsOf(whole));
        left?.Invoke(--most);
        foreach (var site in tried)
        {
            var without = Without(sites, site, visualTokens);
            most--;
            if (planOf(without) is { } plan && (HasSites(plan, present) || Pays(plan)))
                (sites, present, seconds) = (without, plan, secondsOf(plan));
            left?.Invoke(most);
        }
        return sites;

        bool Pays(ReductionPlan plan)
        {
            var saved = seconds - secondsOf(plan);
            if (!(saved > 0))
                return false;
            var found = measure(plan);
            if (!IsAsGood(found, best, isDear: saved > Dear * seconds))
                return false;
            best = found.Sum < best.Sum ? found : best;
            return true;
        }
    }

    /// <summary>The most trials that so many sites can need.</summary>
    internal static int Most(int sites) => 1 + sites;

    // The first site comes last: it drops most.
    private static double Removed(IReadOnlyList<SearchedSite> sites, int i) =>
        i == 0 ? double.PositiveInfinity : sites[i - 1].Keep - sites[i].Keep;

    // Sites behind it that are closed keep what enters them, too.
    private static IReadOnlyList<SearchedSite> Without(IReadOnlyList<SearchedSite> sites, int dropped, double visualTokens)
    {
        var without = sites.ToArray();
        without[dropped] = sites[dropped] with { Activation = 0 };
        for (var i = dropped; i < without.Length && without[i].Activation == 0; i++)
            without[i] = without[i] with { Keep = i == 0 ? visualTokens : without[i - 1].Keep };
        return without;
    }

    // A site that drops nothing is in no plan, and the plan without it is the same.
    private static bool HasSites(ReductionPlan plan, ReductionPlan other) =>
        plan.Sites.Select(Place).SequenceEqual(other.Sites.Select(Place));

    private static (int, int, double?) Place(ReductionSite site) => (site.Layer, site.Keep, site.KeepShare);

    private static bool IsAsGood(ValidationResult found, ValidationResult best, bool isDear) =>
        IsNothing(found.Rows.Zip(best.Rows, (a, b) => a.Loss - b.Loss), isDear, Slight * best.Sum)
        && IsNothing(found.Rows.Zip(best.Rows, (a, b) => (double)a.Wrong - b.Wrong), isDear, 0);

    private static bool IsNothing(IEnumerable<double> differences, bool isDear, double slight)
    {
        double[] each = [.. differences];
        var mean = each.Average();
        var variance = each.Sum(x => (x - mean) * (x - mean)) / Math.Max(1, each.Length - 1);
        return mean * each.Length <= (isDear ? Math.Max(slight, Measurable * Math.Sqrt(variance * each.Length)) : 0);
    }
}
