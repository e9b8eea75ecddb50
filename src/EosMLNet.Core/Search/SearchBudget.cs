namespace EosMLNet.Search;

/// <summary>
/// The constraints of a search on one model and its allowed sites: what they ask of real-valued counts, and the whole counts that meet them
/// all exactly.
/// </summary>
internal sealed class SearchBudget
{
    /// <summary>The rounding error of a quotient of whole numbers: a limit that means the same number may be exceeded by it.</summary>
    internal const double RoundingError = 1 + 1e-12;

    // Logits beyond this keep or drop all but a hundred-thousandth of the tokens; further out there is no gradient to come back by.
    private const double LargestLogit = 12;
    private const double LargestShift = 20;
    // A logit cannot drop the last hundred-thousandth of the tokens. A last site this close to its limit counts as there.
    private const double NearlyMet = 0.01;
    private const int Bisections = 60;

    private readonly PlanModel model;
    private readonly CountedLayers counted;
    private readonly double visualTokens;
    private readonly double final;
    private readonly CountConstraint mean;
    private readonly bool uniform;
    private readonly LatencyProfile? latency;
    private readonly IReadOnlyList<ReductionSite> dearest;

    /// <param name="model">The model.</param>
    /// <param name="layers">Where sites may stand, ascending.</param>
    /// <param name="constraints">The limits; they can be met.</param>
    /// <param name="uniform">Whether all sites keep the same count.</param>
    /// <param name="sizes">The images; null for the model's usual one. Counts are those of an image of their mean size; every image keeps
    /// the same share of its own tokens.</param>
    /// <param name="sites">The dearest site in each place, whose count is not read, for a limit on latency; by default one that does
    /// everything but score.</param>
    internal SearchBudget(PlanModel model, IReadOnlyList<int> layers, SearchConstraints constraints, bool uniform = false,
        IReadOnlyList<ReductionSite>? sites = null, ImageSizes? sizes = null)
    {
        latency = constraints.Profile;
        dearest = sites
            ?? [.. layers.Select(layer =>
                new ReductionSite
                {
                    Layer = layer,
                    Keep = 1,
                    Transfer = 1,
                    Reweight = 1,
                    ProportionalAttention = 1,
                    Diversity = 1,
                    Score = new Dictionary<ScoreCriterion, double>(),
                })];
        (this.model, this.uniform) = (model, uniform);
        counted = new(model, sizes ?? ImageSizes.All(model.VisualTokens), layers[0],
            [.. layers.Select((layer, i) => (i + 1 < layers.Count ? layers[i + 1] : model.Layers) - layer)]);
        visualTokens = counted.VisualTokens;
        final = constraints.Limits.Where(limit => OfLastLayer(limit.Kind)).Select(limit => limit.Limit).Append(visualTokens).Min();
        mean = Constraint(ConstraintKind.MeanVisualTokens, visualTokens);
        Constraints = [.. constraints.Limits.Select(limit => Constraint(limit.Kind, limit.Limit))];
    }

    /// <summary>The constraints, in the order of <see cref="ConstraintKind.All"/>.</summary>
    internal IReadOnlyList<CountConstraint> Constraints { get; }

    /// <summary>Whether a site costs something by being there, so that one that drops nothing has no place in a plan.</summary>
    internal bool SitesCost => Constraints.Any(c => c.Kind is LatencyKind);

    /// <summary>Whether images have different numbers of visual tokens, so that a plan holds shares.</summary>
    internal bool ImagesVary => model.ImagesVary;

    /// <summary>Visual tokens of an unreduced image; the mean of the images where they vary.</summary>
    internal double VisualTokens => visualTokens;

    /// <summary>The sites' counts as shares of an image's own tokens. They use the budget up.</summary>
    /// <param name="real">Searched counts, one a site, none above its predecessor.</param>
    /// <param name="open">Which sites there are, as for <see cref="Round(IReadOnlyList{double}, IReadOnlyList{bool})"/>.</param>
    internal double[] Shares(IReadOnlyList<double> real, IReadOnlyList<bool> open)
    {
        var wanted = uniform ? [.. real.Select(_ => real[^1])] : real;
        var groups = Groups(wanted, site => open[site]);
        return [.. groups.Spread(ScaleGroups(groups, wanted), visualTokens).Select(count => count / visualTokens)];
    }

    /// <summary>The number of layers that each site's count lasts for.</summary>
    internal IReadOnlyList<int> Spans => counted.Spans;

    // A limit on the last count says nothing about the others; all other limits are shared by the sites.
    private IEnumerable<CountConstraint> Shared => Constraints.Where(c => !OfLastLayer(c.Kind));

    /// <summary>Visual tokens averaged over all layers.</summary>
    internal double Mean(IReadOnlyList<double> counts) => mean.Of(counts);

    /// <summary>
    /// The counts times one factor, the last cut to its own limit. One limit is then reached and none exceeded: tokens under the budget are
    /// free. Where only the last count is limited, the others stay.
    /// </summary>
    /// <param name="real">Searched counts, one a site, none above its predecessor.</param>
    internal double[] Scale(IReadOnlyList<double> real) => Shared.Any()
        ? Apportionment.Scale(real, visualTokens, final, counts => Shared.All(c => c.Of(counts) <= c.Limit))
        : [.. real.Select((k, i) => Math.Clamp(k, 1, i + 1 < real.Count ? visualTokens : Math.Max(1, final)))];

    /// <summary>Whole counts that meet every constraint, as the ledger computes it, and use them up as far as whole numbers can.</summary>
    /// <param name="real">Searched counts, one a site, none above its predecessor.</param>
    internal int[] Round(IReadOnlyList<double> real) => Round(real, [.. real.Select(_ => true)]);

    /// <summary>The same with some sites only. The others keep what the site before them keeps.</summary>
    /// <param name="real">Searched counts, one a site, none above its predecessor.</param>
    /// <param name="open">Which sites there are; they can meet the constraints (<see cref="CanMeet"/>).</param>
    internal int[] Round(IReadOnlyList<double> real, IReadOnlyList<bool> open)
    {
        if (model.ImagesVary)
            throw new InvalidOperationException("Whole counts are of one image; images vary, and a plan holds shares.");
        if (SitesCost && !uniform)
            return RoundSites(real, open);
        if (!uniform && !open.All(there => there))
            return RoundWithout(real, site => open[site]) ?? throw new InvalidOperationException("These sites cannot meet the limits.");
        var scaled = Scale(real);
        if (uniform)
            return Same((int)Math.Floor(scaled[^1] + 1e-6));
        // Where the sum is what is limited, it is met at once; a limit on squares may take a step or two more.
        for (var allowance = (long)Math.Floor(Apportionment.Sum(scaled, Spans) + 1e-6); ; allowance--)
        {
            var keeps = Apportionment.Round(scaled, Spans, model.VisualTokens, allowance, (int)Math.Floor(final));
            if (Holds(keeps))
                return keeps;
        }
    }

    // A site that drops a fraction of a token has to drop nothing or a whole one, and then costs as much as any other site. So counts are
    // also rounded with the sites left out that drop least. Of all counts that meet the limits the nearest are taken.
    private int[] RoundSites(IReadOnlyList<double> real, IReadOnlyList<bool> open)
    {
        var best = Least(open);
        for (double least = 0; least < visualTokens; least = least == 0 ? 1 : 2 * least)
        {
            var entering = visualTokens;
            bool Stays(int site)
            {
                var stays = open[site] && (least == 0 || entering - real[site] >= least);
                entering = stays ? real[site] : entering;
                return stays;
            }
            if (RoundWithout(real, Stays) is { } keeps && Distance(keeps, real) < Distance(best, real))
                best = keeps;
        }
        return best;
    }

    // The fewest tokens that these sites can leave.
    private int[] Least(IReadOnlyList<bool> open) =>
        [.. open.Select((_, i) => open.Take(i + 1).Any(there => there) ? 1 : model.VisualTokens)];

    /// <summary>Whether some of the sites alone can meet every limit.</summary>
    /// <param name="open">Which sites there are.</param>
    internal bool CanMeet(IReadOnlyList<bool> open)
    {
        var first = open.TakeWhile(there => !there).Count();
        double[] least = [.. open.Select((_, i) => i < first ? visualTokens : 1)];
        return model.ImagesVary ? Constraints.All(c => c.Of(least) <= c.Limit) : Holds(Least(open));
    }

    // The sites that are left, each with those behind it that are not. Skipped: how many stand before the first of them.
    private sealed record SiteGroups(IReadOnlyList<IReadOnlyList<int>> Groups, int Skipped)
    {
        internal T[] Spread<T>(T[] counts, T all) =>
            [.. Enumerable.Repeat(all, Skipped), .. Groups.SelectMany((group, g) => group.Select(_ => counts[g]))];
    }

    private static SiteGroups Groups(IReadOnlyList<double> real, Func<int, bool> stays)
    {
        var groups = new List<List<int>>();
        for (var i = 0; i < real.Count; i++)
        {
            if (stays(i))
                groups.Add([]);
            if (groups.Count > 0)
                groups[^1].Add(i);
        }
        return new(groups, real.Count - groups.Sum(group => group.Count));
    }

    // The counts of the groups, as far as the limits that they share allow.
    private double[] ScaleGroups(SiteGroups groups, IReadOnlyList<double> real)
    {
        double[] left = [.. groups.Groups.Select(group => real[group[0]])];
        if (left.Length == 0)
            return left;
        return Shared.Any()
            ? Apportionment.Scale(left, visualTokens, final,
                counts => Shared.All(c => c.Of(groups.Spread(counts, visualTokens)) <= c.Limit))
            : [.. left.Select((k, i) => Math.Clamp(k, 1, i + 1 < left.Length ? visualTokens : Math.Max(1, final)))];
    }

    // With some of the sites only. Null where no counts then meet the limits.
    private int[]? RoundWithout(IReadOnlyList<double> real, Func<int, bool> stays)
    {
        var groups = Groups(real, stays);
        int[] spans = [.. groups.Groups.Select(group => group.Sum(i => Spans[i]))];
        var left = ScaleGroups(groups, real);
        // By bisection: how many tokens hold depends on how many sites they leave.
        long low = spans.Sum(), high = (long)Math.Floor(Apportionment.Sum(left, spans) + 1e-6) + 1;
        if (!Holds(At(low)))
            return null;
        while (high - low > 1)
        {
            var middle = (low + high) / 2;
            if (Holds(At(middle)))
                low = middle;
            else
                high = middle;
        }
        return At(low);

        int[] At(long allowance) => groups.Spread(
            left.Length == 0 ? [] : Apportionment.Round(left, spans, model.VisualTokens, allowance, (int)Math.Floor(final)),
            model.VisualTokens);
    }

    private double Distance(IReadOnlyList<int> keeps, IReadOnlyList<double> real) =>
        keeps.Select((keep, i) => Spans[i] * (keep - real[i]) * (keep - real[i])).Sum();

    private int[] Same(int keep)
    {
        int[] keeps = [.. Spans.Select(_ => keep)];
        return Holds(keeps) ? keeps : Same(keep - 1);
    }

    /// <summary>Whether the plan of these counts is within every limit.</summary>
    internal bool Holds(IReadOnlyList<int> keeps)
    {
        var ledger = Ledger(keeps);
        return Constraints.All(c => Spent(c, keeps, ledger) <= c.Limit * RoundingError);
    }

    /// <summary>
    /// The cost of these counts by the measure of a constraint. A latency is the longest that their plan may take.
    /// </summary>
    internal double Spent(ConstraintKind kind, IReadOnlyList<int> keeps) =>
        Spent(Constraints.Single(c => c.Kind == kind), keeps, Ledger(keeps));

    private double Spent(CountConstraint constraint, IReadOnlyList<int> keeps, TokenLedger ledger) => constraint.Kind is LedgerKind entry
        ? entry.Of(ledger, visualTokens) : constraint.Of([.. keeps.Select(keep => (double)keep)]);

    private TokenLedger Ledger(IReadOnlyList<int> keeps) =>
        TokenLedger.Of(model,
            [.. Enumerable.Repeat(model.VisualTokens, counted.First), .. keeps.SelectMany((keep, i) => Enumerable.Repeat(keep, Spans[i]))]);

    /// <summary>
    /// Moves the logits of all keep fractions together until one limit is reached and none is exceeded. The plan will use the budget up, so
    /// its other parameters are searched with as many tokens. The last site alone meets a limit on the last count. Where its gate is too
    /// far closed, the sites before it help.
    /// </summary>
    /// <param name="logits">One a site.</param>
    /// <param name="open">The sites' gates, from 0 to 1.</param>
    internal double[] Meet(IReadOnlyList<double> logits, IReadOnlyList<double> open)
    {
        double[] met = [.. logits];
        if (Shared.Any())
        {
            var shift = Largest(-LargestShift, LargestShift, shift =>
            {
                var counts = Counts([.. logits.Select(x => x + shift)], open);
                counts[^1] = Math.Min(counts[^1], final);
                return Shared.All(c => c.Of(counts) <= c.Limit);
            });
            met = [.. logits.Select(x => Math.Clamp(x + shift, -LargestLogit, LargestLogit))];
        }
        for (var i = met.Length - 1; i >= 0 && Counts(met, open)[^1] > final + NearlyMet; i--)
        {
            var (site, before) = (i, met[i]);
            met[i] = Largest(-LargestLogit, before, x =>
            {
                met[site] = x;
                return Counts(met, open)[^1] <= final;
            });
        }
        return met;
    }

    /// <summary>
    /// The counts of keep logits: a site keeps 1 + (n − 1)·r, so that no fraction r leaves less than one token; a closed gate keeps all.
    /// </summary>
    internal double[] Counts(IReadOnlyList<double> logits, IReadOnlyList<double> open)
    {
        double count = visualTokens;
        return [.. logits.Select((x, i) => count = 1 + (count - 1) * (1 - open[i] * (1 - 1 / (1 + Math.Exp(-x)))))];
    }

    // By bisection; the low end where nothing fits.
    private static double Largest(double low, double high, Func<double, bool> fits)
    {
        for (var i = 0; i < Bisections; i++)
        {
            var middle = (low + high) / 2;
            if (fits(middle))
                low = middle;
            else
                high = middle;
        }
        return low;
    }

    private static bool OfLastLayer(ConstraintKind kind) => kind is LedgerKind { IsOfLastLayer: true };

    private CountConstraint Constraint(ConstraintKind kind, double limit) => kind is LedgerKind entry
        ? new QuadraticConstraint(entry, limit, entry.Of(counted))
        : new LatencyConstraint((LatencyKind)kind, limit, latency!, model.VisualTokens, counted.First, dearest, Spans);
}
