namespace EosMLNet.Plans;

/// <summary>
/// The plans of a front, which one search found for several budgets, and a plan for every budget between them. An application can so choose
/// its budget when it runs. What lies between two plans is interpolated: how many tokens enter a layer, and the operator's temperature and
/// diversity, by their logarithms; everything else by its value. Counts are whole, never rise from layer to layer, and meet the budget.
/// </summary>
public sealed class PlanFamily
{
    private const double RoundingError = 1e-6;

    private readonly IReadOnlyList<ReductionPlan> plans; // the tightest first

    /// <summary>Takes the plans of a front.</summary>
    /// <param name="plans">Two or more plans, in any order.</param>
    /// <exception cref="EosException">EOS1013: fewer than two plans, plans that no search or not the same search found, shares beside
    /// counts, two of one budget. EOS4002: plans for different models.</exception>
    public PlanFamily(IEnumerable<ReductionPlan> plans)
    {
        this.plans = [.. plans.OrderBy(plan => plan.Ledger.Mean)];
        Check(this.plans.Count >= 2, $"There are {this.plans.Count} plans, expected two or more. Search them together, as with --front.");
        var first = this.plans[0];
        foreach (var plan in this.plans)
        {
            if (plan.Model != first.Model)
                throw new EosException(EosErrors.PlanMismatch,
                    "The plans are for different models or weights; expected those of one front.");
            Check(plan.Sites.All(site => site.IsSearchable)
                    && plan.Sites.Select(site => site.Layer).Distinct().Count() == plan.Sites.Count,
                "One of the plans is a preset's, or was written by hand. Expected plans that a search found: " +
                "only they have numbers between them.");
            Check((plan.Provenance?.Seed, plan.Provenance?.Data) == (first.Provenance?.Seed, first.Provenance?.Data),
                "The plans come from searches with different seeds or data. Expected those of one front: " +
                "what two searches learn has no middle.");
        }
        Check(this.plans.SelectMany(plan => plan.Sites).Select(site => site.KeepShare is null).Distinct().Count() < 2,
            "Some of the plans keep shares of an image's visual tokens, others keep counts. Expected those of one front.");
        foreach (var (tighter, looser) in this.plans.Zip(this.plans.Skip(1)))
        {
            Check(tighter.Ledger.Mean < looser.Ledger.Mean,
                FormattableString.Invariant($"Two of the plans have {looser.Ledger.Mean:0.##} mean visual tokens. Leave one of them out."));
        }

        static void Check(bool condition, string message)
        {
            if (!condition)
                throw new EosException(EosErrors.InvalidOption, message);
        }
    }

    /// <summary>The smallest budget, in mean visual tokens a layer: the tightest plan's.</summary>
    public double Least => plans[0].Ledger.Mean;

    /// <summary>The largest budget: the loosest plan's.</summary>
    public double Most => plans[^1].Ledger.Mean;

    /// <summary>A plan that has at most so many mean visual tokens a layer.</summary>
    /// <param name="meanVisualTokens">The budget, at least <see cref="Least"/>; above <see cref="Most"/> it is the loosest plan.</param>
    /// <returns>Where a plan of the family has this budget, that plan.</returns>
    /// <exception cref="EosException">EOS1013: the budget is below that of the tightest plan, or no number.</exception>
    public ReductionPlan At(double meanVisualTokens)
    {
        if (!(meanVisualTokens >= Least - RoundingError))
            throw new EosException(EosErrors.InvalidOption,
                FormattableString.Invariant(
                    $"The budget is {meanVisualTokens} mean visual tokens; this family has plans from {Least:0.##} to {Most:0.##}."));
        var below = plans.Count(plan => plan.Ledger.Mean <= meanVisualTokens + RoundingError) - 1;
        if (below == plans.Count - 1 || plans[below].Ledger.Mean >= meanVisualTokens - RoundingError)
            return plans[below];
        var (tight, loose) = (plans[below], plans[below + 1]);
        return tight.Sites[0].KeepShare is null ? OfCounts(tight, loose, meanVisualTokens) : OfShares(tight, loose, meanVisualTokens);
    }

    private static ReductionPlan OfCounts(ReductionPlan tight, ReductionPlan loose, double budget)
    {
        var model = tight.Model;
        var way = Math.Log(budget / tight.Ledger.Mean) / Math.Log(loose.Ledger.Mean / tight.Ledger.Mean);
        var sites = Between(tight, loose, way, model.VisualTokens, site => site.Keep);
        int[] spans = [.. sites.Select((site, i) => (i + 1 < sites.Count ? sites[i + 1].Site.Layer : model.Layers) - site.Site.Layer)];
        var allowance = (long)Math.Floor(budget * model.Layers + RoundingError) - (long)model.VisualTokens * sites[0].Site.Layer;
        var counts = Apportionment.Round([.. sites.Select(site => site.Kept)], spans, model.VisualTokens, allowance);
        return Made(tight, loose, way, [.. sites.Zip(counts, (site, count) => site.Site with { Keep = count })]);
    }

    // A plan's share may be a little below its budget's: rounding of each image. So the way is looked for.
    private static ReductionPlan OfShares(ReductionPlan tight, ReductionPlan loose, double budget)
    {
        var (low, high) = (0.0, 1.0);
        for (var i = 0; i < 40; i++)
        {
            var middle = (low + high) / 2;
            (low, high) = Ledger(middle).Mean <= budget + RoundingError ? (middle, high) : (low, middle);
        }
        return Made(tight, loose, low, Sites(low));

        TokenLedger Ledger(double way) => TokenLedger.Compute(tight.Model, Sites(way), sizes: tight.ImageSizes);
        IReadOnlyList<ReductionSite> Sites(double way) =>
            [.. Between(tight, loose, way, 1, site => site.KeepShare!.Value).Select(site => site.Site with { KeepShare = site.Kept })];
    }

    // A site in front of each layer that has one in either plan, and what it keeps.
    private static List<(ReductionSite Site, double Kept)> Between(
        ReductionPlan tight, ReductionPlan loose, double way, double whole, Func<ReductionSite, double> kept)
    {
        var between = new List<(ReductionSite, double)>();
        var (fewer, more) = (whole, whole);
        foreach (var layer in tight.Sites.Concat(loose.Sites).Select(site => site.Layer).Distinct().Order())
        {
            var (one, other) = (At(tight), At(loose));
            (fewer, more) = (one is null ? fewer : kept(one), other is null ? more : kept(other));
            between.Add((Between(one ?? other!, other ?? one!, way), Logarithmic(fewer, more, way)));

            ReductionSite? At(ReductionPlan plan) => plan.Sites.FirstOrDefault(site => site.Layer == layer);
        }
        return between;
    }

    // What is no number is that of the nearer plan.
    private static ReductionSite Between(ReductionSite tight, ReductionSite loose, double way) => (way < 0.5 ? tight : loose) with
    {
        Transfer = Linear(tight.Transfer, loose.Transfer, way),
        Temperature = Logarithmic(tight.Temperature, loose.Temperature, way),
        Reweight = Linear(tight.Reweight, loose.Reweight, way),
        ProportionalAttention = Linear(tight.ProportionalAttention, loose.ProportionalAttention, way),
        Diversity = Logarithmic(tight.Diversity, loose.Diversity, way),
        Score = tight.Score.Keys.Union(loose.Score.Keys).ToDictionary(criterion => criterion,
            criterion => Linear(tight.Score.GetValueOrDefault(criterion), loose.Score.GetValueOrDefault(criterion), way)),
    };

    private static ReductionPlan Made(ReductionPlan tight, ReductionPlan loose, double way, IReadOnlyList<ReductionSite> sites) =>
        ReductionPlan.Create(tight.Model, sites, Between(tight.Parameters, loose.Parameters, way), tight.ImageSizes) with
        {
            Provenance = tight.Provenance,
            ImagePadding = tight.ImagePadding,
        };

    private static ScoreParameters? Between(ScoreParameters? tight, ScoreParameters? loose, double way) =>
        tight is null || loose is null ? tight ?? loose : new ScoreParameters
        {
            Probe = Between(tight.Probe, loose.Probe, way),
            Relevance = tight.Relevance is not { } one || loose.Relevance is not { } other ? tight.Relevance ?? loose.Relevance
                : new(one.Rank, Between(one.Visual, other.Visual, way)!, Between(one.Text, other.Text, way)!),
        };

    private static float[]? Between(float[]? tight, float[]? loose, double way) =>
        tight is null || loose is null ? tight ?? loose : [.. tight.Zip(loose, (a, b) => (float)Linear(a, b, way))];

    private static double Linear(double tight, double loose, double way) => tight + way * (loose - tight);

    // Nothing lies between 0, or infinity, and a number: then it is the nearer plan's.
    private static double Logarithmic(double tight, double loose, double way) =>
        tight is > 0 and < double.PositiveInfinity && loose is > 0 and < double.PositiveInfinity
            ? Math.Exp(Linear(Math.Log(tight), Math.Log(loose), way)) : way < 0.5 ? tight : loose;
}
