namespace EosMLNet.Plans;

/// <summary>
/// How long the parts of a prefill take, in seconds, with so many text tokens a prompt and so many prompts at once. A prefill is
/// <see cref="Rest"/>, and each layer, and each site. Between the counts that were measured everything is linear.
/// </summary>
public sealed record LatencyProfile
{
    /// <summary>Text tokens of each prompt.</summary>
    public required int TextTokens { get; init; }

    /// <summary>Prompts that are run together, with an image each.</summary>
    public required int Batch { get; init; }

    /// <summary>What is neither layer nor site: embedding, positions, final normalisation, head of the last token.</summary>
    public required double Rest { get; init; }

    /// <summary>The visual tokens of one image that layers were measured with, ascending, from 1 to all.</summary>
    public required IReadOnlyList<int> LayerTokens { get; init; }

    /// <summary>One layer with those visual tokens; never falls.</summary>
    public required IReadOnlyList<double> Layer { get; init; }

    /// <summary>
    /// The same where merged tokens weigh in attention (<see cref="ReductionSite.ProportionalAttention"/>), which rules out the fastest
    /// attention; never less.
    /// </summary>
    public required IReadOnlyList<double> WeightedLayer { get; init; }

    /// <summary>The visual tokens of one image that sites were measured with, ascending, from 1 to all.</summary>
    public required IReadOnlyList<int> SiteTokens { get; init; }

    /// <summary>One site without its criteria: for each count that enters, a row with each count up to it that is kept.</summary>
    public required IReadOnlyDictionary<LatencySiteKind, IReadOnlyList<IReadOnlyList<double>>> Sites { get; init; }

    /// <summary>
    /// What each criterion of a score adds, by the tokens that enter; what it has to see of the layer before is part of it.
    /// </summary>
    public required IReadOnlyDictionary<ScoreCriterion, IReadOnlyList<double>> Criteria { get; init; }

    /// <summary>
    /// What a <see cref="ReductionSite.Temperature"/> of 0 adds to a site that transfers, by the tokens that enter: to find the most
    /// similar anchor takes longer than to weigh all.
    /// </summary>
    public required IReadOnlyList<double> Nearest { get; init; }

    /// <summary>What <see cref="ReductionSite.Reweight"/> adds to a site, by the tokens that are kept.</summary>
    public required IReadOnlyList<double> Reweight { get; init; }

    /// <summary>What <see cref="ReductionSite.ProportionalAttention"/> adds to a site, by the tokens that are kept.</summary>
    public required IReadOnlyList<double> ProportionalAttention { get; init; }

    /// <summary>What the layers, measured one by one, were multiplied by to agree with whole prefills; 1 where that was not done.</summary>
    public double LayerScale { get; init; } = 1;

    /// <summary>The same of the sites.</summary>
    public double SiteScale { get; init; } = 1;

    /// <summary>
    /// The largest part by which a whole prefill that the scales were fitted to differs from what the profile says of it.
    /// </summary>
    public double Residual { get; init; }

    /// <summary>A layer's seconds, and what a token more costs.</summary>
    public (double Value, double Slope) LayerAt(double tokens, bool weighted) =>
        Curve.At(LayerTokens, weighted ? WeightedLayer : Layer, tokens);

    /// <summary>A site's seconds, and what a token more costs that enters and one that is kept. Its own count is not read.</summary>
    public (double Value, double ByEntering, double ByKept) SiteAt(ReductionSite site, double entering, double kept)
    {
        var (value, byEntering, byKept) = Curve.At(SiteTokens, Sites[Kind(site)], entering, kept);
        foreach (var criterion in site.Score.Keys)
            Add(Criteria[criterion], entering, ref byEntering);
        if (site.Transfer > 0 && site.Temperature == 0)
            Add(Nearest, entering, ref byEntering);
        if (site.Reweight > 0)
            Add(Reweight, kept, ref byKept);
        if (site.ProportionalAttention > 0)
            Add(ProportionalAttention, kept, ref byKept);
        return (value, byEntering, byKept);

        void Add(IReadOnlyList<double> part, double tokens, ref double slope)
        {
            var (seconds, rise) = Curve.At(SiteTokens, part, tokens);
            (value, slope) = (value + seconds, slope + rise);
        }
    }

    /// <summary>What the unreduced model takes, in seconds.</summary>
    public double Unreduced(int layers) => Rest + layers * Layer[^1];

    /// <summary>What a prefill under a plan takes, in seconds.</summary>
    /// <exception cref="EosException">EOS4002: a site is none that a search makes.</exception>
    public double Predict(ReductionPlan plan)
    {
        var seconds = Rest;
        var (tokens, weighted, next) = (plan.Model.VisualTokens, false, 0);
        for (var layer = 0; layer < plan.Model.Layers; layer++)
        {
            for (; next < plan.Sites.Count && plan.Sites[next].Layer == layer; next++)
            {
                var site = plan.Sites[next];
                seconds += SiteAt(site, tokens, site.Keep).Value;
                (tokens, weighted) = (site.Keep, site.ProportionalAttention > 0);
            }
            seconds += LayerAt(tokens, weighted).Value;
        }
        return seconds;
    }

    /// <summary>The profile between this one and another that was measured on the same grid, with more or fewer text tokens.</summary>
    /// <param name="other">The other.</param>
    /// <param name="share">How far towards it, from 0 to 1.</param>
    internal LatencyProfile Towards(LatencyProfile other, double share)
    {
        return this with
        {
            TextTokens = (int)Math.Round(Number(TextTokens, other.TextTokens)),
            Rest = Number(Rest, other.Rest),
            Layer = Row(Layer, other.Layer),
            WeightedLayer = Row(WeightedLayer, other.WeightedLayer),
            Sites = Sites.ToDictionary(x => x.Key, x => (IReadOnlyList<IReadOnlyList<double>>)[.. x.Value.Zip(other.Sites[x.Key], Row)]),
            Criteria = Criteria.ToDictionary(x => x.Key, x => Row(x.Value, other.Criteria[x.Key])),
            Nearest = Row(Nearest, other.Nearest),
            Reweight = Row(Reweight, other.Reweight),
            ProportionalAttention = Row(ProportionalAttention, other.ProportionalAttention),
            LayerScale = Number(LayerScale, other.LayerScale),
            SiteScale = Number(SiteScale, other.SiteScale),
            Residual = Math.Max(Residual, other.Residual),
        };

        double Number(double from, double to) => from + share * (to - from);
        IReadOnlyList<double> Row(IReadOnlyList<double> from, IReadOnlyList<double> to) => [.. from.Zip(to, Number)];
    }

    private static LatencySiteKind Kind(ReductionSite site) => (site.Transfer > 0, site.Diversity > 0) switch
    {
        (false, false) => LatencySiteKind.Prune,
        (true, false) => LatencySiteKind.Transfer,
        (false, true) => LatencySiteKind.Diverse,
        _ => LatencySiteKind.DiverseTransfer,
    };
}
