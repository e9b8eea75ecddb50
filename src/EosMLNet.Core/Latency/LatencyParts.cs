using EosMLNet.Evaluation;

namespace EosMLNet.Latency;

/// <summary>The measurements of layers and sites one by one, and what they say together.</summary>
internal sealed class LatencyParts
{
    private readonly LatencyProbe probe;
    private readonly IReadOnlyList<int> layerTokens, siteTokens;
    private readonly ScoreCriterion[] criteria;
    private readonly Dictionary<object, List<double>> seconds = [];

    // What each measurement is of: the keys of the lists.
    private sealed record OfLayer(int Tokens, bool Weighted);

    private sealed record OfSite(LatencySiteKind Kind, int Entering, int Kept);

    private sealed record OfCriteria(ScoreCriterion One, ScoreCriterion? Other, int Entering);

    private sealed record OfTransfer(int Entering, double Temperature);

    private sealed record OfGain(int Kept);

    private sealed record OfWeight(int Kept);

    internal LatencyParts(LatencyProbe probe, IReadOnlyList<int> layerTokens, IReadOnlyList<int> siteTokens, ScoreCriterion[] criteria) =>
        (this.probe, this.layerTokens, this.siteTokens, this.criteria) = (probe, layerTokens, siteTokens, criteria);

    /// <summary>One round: each measurement once.</summary>
    /// <param name="keep">Whether what they find is kept.</param>
    internal IEnumerable<Action> Measurements(bool keep)
    {
        foreach (var weighted in new[] { false, true })
        {
            foreach (var tokens in layerTokens)
                yield return () => Note(new OfLayer(tokens, weighted), probe.Layer(tokens, weighted));
        }
        foreach (var entering in siteTokens)
        {
            foreach (var kept in siteTokens.Where(kept => kept <= entering))
            {
                foreach (var kind in Enum.GetValues<LatencySiteKind>())
                    yield return () => Note(new OfSite(kind, entering, kept), Site(kind, entering, kept));
            }
            yield return () =>
                Note(new OfCriteria(ScoreCriterion.Probe, null, entering),
                    Site(LatencySiteKind.Prune, entering, entering / 2, ScoreCriterion.Probe));
            yield return () =>
                Note(new OfCriteria(ScoreCriterion.FeatureNorm, null, entering), Site(LatencySiteKind.Prune, entering, entering / 2));
            foreach (var criterion in criteria.Where(criterion => criterion != ScoreCriterion.FeatureNorm))
                yield return () =>
                    Note(new OfCriteria(ScoreCriterion.FeatureNorm, criterion, entering),
                        Site(LatencySiteKind.Prune, entering, entering / 2, ScoreCriterion.FeatureNorm, criterion));
            foreach (var temperature in new[] { 0.0, 1 })
                yield return () =>
                    Note(new OfTransfer(entering, temperature),
                        Site(LatencySiteKind.Transfer, entering, entering / 2, change: site => site with { Temperature = temperature }));
            yield return () =>
                Note(new OfGain(entering),
                    Site(LatencySiteKind.Prune, siteTokens[^1], entering, change: site => site with { Reweight = 1 }));
            yield return () =>
                Note(new OfWeight(entering),
                    Site(LatencySiteKind.Prune, siteTokens[^1], entering, change: site => site with { ProportionalAttention = 1 }));
        }

        void Note(object what, double found)
        {
            if (!keep)
                return;
            if (!seconds.TryGetValue(what, out var list))
                seconds[what] = list = [];
            list.Add(found);
        }
    }

    /// <summary>The profile that the kept measurements give: medians, and differences of medians for what is part of a site.</summary>
    internal LatencyProfile Profile(int textTokens, int batch)
    {
        var layer = Curve.NonDecreasing([.. layerTokens.Select(tokens => Median(new OfLayer(tokens, false)))]);
        var weighted = Curve.NonDecreasing([.. layerTokens.Select(tokens => Median(new OfLayer(tokens, true)))]);
        // The time of FeatureNorm: a site with it and Probe, less a site with Probe alone. Every other measurement of a site contains it.
        var norm = Part(entering => Median(new OfCriteria(ScoreCriterion.FeatureNorm, ScoreCriterion.Probe, entering))
            - Median(new OfCriteria(ScoreCriterion.Probe, null, entering)));
        var byCriterion = criteria.ToDictionary(criterion => criterion, criterion => (IReadOnlyList<double>)(
            criterion == ScoreCriterion.FeatureNorm ? norm
                : Part(entering => Median(new OfCriteria(ScoreCriterion.FeatureNorm, criterion, entering))
                    - Median(new OfCriteria(ScoreCriterion.FeatureNorm, null, entering)))));
        var prune = Surface(LatencySiteKind.Prune);
        var (transfer, diverse) = (Above(Surface(LatencySiteKind.Transfer), prune), Above(Surface(LatencySiteKind.Diverse), prune));
        var all = siteTokens[^1];
        return new LatencyProfile
        {
            TextTokens = textTokens,
            Batch = batch,
            Rest = 0,
            LayerTokens = layerTokens,
            Layer = layer,
            WeightedLayer = [.. weighted.Zip(layer, Math.Max)],
            SiteTokens = siteTokens,
            Sites = new Dictionary<LatencySiteKind, IReadOnlyList<IReadOnlyList<double>>>
            {
                [LatencySiteKind.Prune] = prune,
                [LatencySiteKind.Transfer] = transfer,
                [LatencySiteKind.Diverse] = diverse,
                [LatencySiteKind.DiverseTransfer] = Above(Above(Surface(LatencySiteKind.DiverseTransfer), transfer), diverse),
            },
            Criteria = byCriterion,
            Nearest = Part(entering => Median(new OfTransfer(entering, 0)) - Median(new OfTransfer(entering, 1))),
            Reweight = Part(kept => Median(new OfGain(kept)) - Median(new OfSite(LatencySiteKind.Prune, all, kept))),
            ProportionalAttention = Part(kept => Median(new OfWeight(kept)) - Median(new OfSite(LatencySiteKind.Prune, all, kept))),
        };

        double[][] Surface(LatencySiteKind kind)
        {
            double[][] rows = [
                .. siteTokens.Select((entering, i) =>
                    siteTokens.Take(i + 1).Select(kept => Math.Max(0, Median(new OfSite(kind, entering, kept)) - norm[i])).ToArray())];
            for (var kept = 0; kept < rows.Length; kept++) // more tokens that enter never take less
            {
                var column = Curve.NonDecreasing([.. rows.Skip(kept).Select(row => row[kept])]);
                for (var i = 0; i < column.Length; i++)
                    rows[kept + i][kept] = column[i];
            }
            return rows;
        }
    }

    private double[] Part(Func<int, double> seconds) => Curve.NonDecreasing([.. siteTokens.Select(tokens => Math.Max(0, seconds(tokens)))]);

    private static double[][] Above(double[][] rows, double[][] least) =>
        [.. rows.Zip(least, (row, low) => row.Zip(low, Math.Max).ToArray())];

    private double Median(object what) => Statistics.Median(seconds[what]);

    // A site that drops nothing is never charged; at the edge stands one that drops one token.
    private double Site(LatencySiteKind kind, int entering, int kept, ScoreCriterion one = ScoreCriterion.FeatureNorm,
        ScoreCriterion? other = null, Func<ReductionSite, ReductionSite>? change = null)
    {
        entering = Math.Max(entering, Math.Min(2, siteTokens[^1]));
        var score = new Dictionary<ScoreCriterion, double> { [one] = 1 };
        if (other is { } second)
            score[second] = 1;
        var site = new ReductionSite
        {
            Layer = 0,
            Keep = Math.Clamp(kept, 1, Math.Max(1, entering - 1)),
            Transfer = kind is LatencySiteKind.Transfer or LatencySiteKind.DiverseTransfer ? 0.5 : 0,
            Temperature = 1,
            Diversity = kind is LatencySiteKind.Diverse or LatencySiteKind.DiverseTransfer ? 1 : 0,
            Score = score,
        };
        return probe.Site(entering, change is null ? site : change(site));
    }
}
