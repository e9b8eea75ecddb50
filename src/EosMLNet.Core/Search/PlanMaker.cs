using System.Reflection;
using EosMLNet.Models;

namespace EosMLNet.Search;

/// <summary>Makes a plan of searched values: whole counts that meet the budget exactly, and numbers short enough to read.</summary>
internal static class PlanMaker
{
    // Below these a parameter does nothing that could be measured, and a plan without it is simpler.
    private const double NoTransfer = 0.005, NoGain = 0.005, NoWeight = 0.005, NoDiversity = 0.05;

    /// <summary>The plan of searched values.</summary>
    /// <param name="model">The model.</param>
    /// <param name="frozen">What was not searched.</param>
    /// <param name="variables">Knows the budget and the images.</param>
    /// <param name="searched">The values of all allowed sites.</param>
    /// <param name="parameters">What the scores learned.</param>
    internal static ReductionPlan Plan(VisionLanguageModel model, FrozenParameters frozen, SearchVariables variables,
        IReadOnlyList<SearchedSite> searched, ScoreParameters parameters) =>
        variables.PlanOf(Sites(searched, variables.Budget, model.VisualTokens, frozen), parameters);

    /// <summary>The sites of the plan; those that would be the identity are left out.</summary>
    /// <param name="searched">The values of all allowed sites.</param>
    /// <param name="budget">What their counts must satisfy.</param>
    /// <param name="visualTokens">Visual tokens in front of the first site.</param>
    /// <param name="frozen">What was not searched.</param>
    internal static IReadOnlyList<ReductionSite> Sites(IReadOnlyList<SearchedSite> searched, SearchBudget budget, int visualTokens,
        FrozenParameters frozen)
    {
        if (budget.ImagesVary)
            return OfShares(searched, budget, frozen);
        var keeps = budget.Round([.. searched.Select(s => s.Keep)], Open(searched, budget));
        var sites = new List<ReductionSite>();
        var (tokens, weight) = (visualTokens, 0.0);
        for (var i = 0; i < keeps.Length; i++)
        {
            var site = frozen.Applied(Site(searched[i], keeps[i]));
            if (keeps[i] == tokens
                && (budget.SitesCost || frozen.DropsSites
                    || (site.Reweight == 0 || searched[i].Activation == 0)
                        && (tokens == visualTokens || site.ProportionalAttention == weight || searched[i].Activation < 0.5)))
                continue;
            sites.Add(site);
            (tokens, weight) = (keeps[i], site.ProportionalAttention);
        }
        return sites;
    }

    // A closed gate is the identity, whatever rounding would make of its count; unless the limits cannot be met without that site.
    internal static bool CanMeet(IReadOnlyList<SearchedSite> searched, SearchBudget budget) =>
        budget.CanMeet([.. searched.Select(site => site.Activation > 0)]);

    private static IReadOnlyList<bool> Open(IReadOnlyList<SearchedSite> searched, SearchBudget budget)
    {
        bool[] open = [.. searched.Select(site => site.Activation > 0)];
        return budget.CanMeet(open) ? open : [.. searched.Select(_ => true)];
    }

    // Images have different numbers of tokens: each keeps the same shares of its own, and rounds them by itself.
    private static IReadOnlyList<ReductionSite> OfShares(IReadOnlyList<SearchedSite> searched, SearchBudget budget, FrozenParameters frozen)
    {
        var open = Open(searched, budget);
        var shares = budget.Shares([.. searched.Select(s => s.Keep)], open);
        var sites = new List<ReductionSite>();
        var entering = 1.0;
        for (var i = 0; i < shares.Length; i++)
        {
            if (!open[i] || shares[i] >= entering && (frozen.DropsSites || searched[i].Activation < 0.5))
                continue;
            entering = Math.Min(entering, shares[i]);
            sites.Add(frozen.Applied(Site(searched[i], 0)) with { KeepShare = entering });
        }
        return sites;
    }

    /// <summary>The learned parameters that some site reads.</summary>
    internal static ScoreParameters? Needed(IReadOnlyList<ReductionSite> sites, ScoreParameters all)
    {
        var (probe, relevance) = (Reads(ScoreCriterion.Probe), Reads(ScoreCriterion.TextRelevance));
        return probe || relevance ? new ScoreParameters { Probe = probe ? all.Probe : null, Relevance = relevance ? all.Relevance : null }
            : null;

        bool Reads(ScoreCriterion criterion) => sites.Any(site => site.Score.ContainsKey(criterion));
    }

    /// <summary>The constraints as the plan states them.</summary>
    internal static IReadOnlyList<PlanConstraint> Constraints(IReadOnlyList<ConstraintReport> constraints) =>
        [.. constraints.Select(c => new PlanConstraint(c.Kind, c.Limit, c.Slack, Readable(c.Multiplier)))];

    /// <summary>Where a plan comes from.</summary>
    internal static PlanProvenance Provenance(VisionLanguageModel model, int seed, long samples, string data) => new(
        seed, samples, data,
        typeof(PlanMaker).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0",
        model.Device.type == TorchSharp.DeviceType.CPU ? "cpu" : "cuda")
    {
        DataType = model.DataType == TorchSharp.torch.ScalarType.Float32 ? null : model.DataType.ToString().ToLowerInvariant(),
    };

    /// <summary>A number with three significant digits.</summary>
    internal static double Readable(double value)
    {
        if (value == 0 || !double.IsFinite(value))
            return value;
        var digits = 2 - (int)Math.Floor(Math.Log10(Math.Abs(value)));
        // Through decimal text: the nearest double to the short number, which is what a file reads back.
        return double.Parse(((decimal)value).ToString("e2", System.Globalization.CultureInfo.InvariantCulture),
            System.Globalization.CultureInfo.InvariantCulture);
    }

    private static ReductionSite Site(SearchedSite searched, int keep) => new()
    {
        Layer = searched.Layer,
        Keep = keep,
        Transfer = searched.Transfer < NoTransfer ? 0 : Readable(searched.Transfer),
        Temperature = searched.Transfer < NoTransfer ? 0 : Readable(searched.Temperature),
        Reweight = searched.Reweight < NoGain ? 0 : Readable(searched.Reweight),
        ProportionalAttention = searched.ProportionalAttention < NoWeight ? 0 : Readable(searched.ProportionalAttention),
        Diversity = searched.Diversity < NoDiversity ? 0 : Readable(searched.Diversity),
        Score = Shares(searched.Score),
    };

    // Rounded shares, small ones left out; one criterion alone has the weight 1.
    private static Dictionary<ScoreCriterion, double> Shares(IReadOnlyDictionary<ScoreCriterion, double> score)
    {
        var kept = score.Where(s => s.Value >= NoWeight).ToDictionary(s => s.Key, s => Readable(s.Value));
        return kept.Count == 1 ? kept.ToDictionary(s => s.Key, _ => 1.0) : kept;
    }
}
