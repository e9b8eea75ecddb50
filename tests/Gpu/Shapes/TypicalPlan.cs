using EosMLNet.Models;

namespace Gpu.Shapes;

/// <summary>A plan such as searches find: several sites, scores that mix learned ones with attention, dropped tokens that are transferred, diverse anchors.</summary>
internal static class TypicalPlan
{
    private const int Rank = 32;

    // Where sites stand, as a part of the layers, and how many times the mean they keep.
    private static readonly double[] Depths = [0, 0.125, 0.375, 0.625], Shares = [2, 1.3, 0.8, 0.4];

    /// <summary>A plan that meets a budget.</summary>
    /// <param name="model">The model.</param>
    /// <param name="mean">Mean visual tokens per layer.</param>
    internal static ReductionPlan Of(PlanModel model, int mean)
    {
        var (layers, spans) = Places(model);
        var keeps = Apportionment.Round([.. Shares.Take(layers.Length).Select(share => share * mean)], spans, model.VisualTokens, (long)mean * model.Layers);
        return Plan(model, layers.Zip(keeps, (layer, keep) => Site(layer) with { Keep = keep }));
    }

    /// <summary>A plan whose sites keep shares of an image's own tokens.</summary>
    /// <param name="model">The model, whose images may differ.</param>
    /// <param name="mean">The mean over the layers, as a part of the unreduced tokens.</param>
    internal static ReductionPlan OfShare(VisionLanguageModel model, double mean)
    {
        var (layers, spans) = Places(model.ToPlanModel());
        var scale = mean * model.LayerCount / spans.Zip(Shares, (span, share) => span * share).Sum();
        return Plan(model.ToPlanModel(), layers.Zip(Shares, (layer, share) => Seen(Site(layer)) with { KeepShare = Math.Min(1, scale * share) }));

        // Without a score that the model's tower has not.
        ReductionSite Seen(ReductionSite site) => model.HasClsAttention ? site
            : site with { Score = site.Score.Where(one => one.Key != ScoreCriterion.ClsAttention).ToDictionary(one => one.Key, one => one.Value) };
    }

    // The layers that sites stand in front of, and how many layers each acts on.
    private static (int[] Layers, int[] Spans) Places(PlanModel model)
    {
        int[] layers = [.. Depths.Select(depth => (int)(depth * model.Layers)).Distinct()];
        return (layers, [.. layers.Select((layer, i) => (i + 1 < layers.Length ? layers[i + 1] : model.Layers) - layer)]);
    }

    private static ReductionPlan Plan(PlanModel model, IEnumerable<ReductionSite> sites) =>
        ReductionPlan.Create(model, sites, new ScoreParameters { Probe = Random(1, model.HiddenSize), Relevance = new(Rank, Random(2, Rank * model.HiddenSize), Random(3, Rank * model.HiddenSize)) });

    private static ReductionSite Site(int layer) => new()
    {
        Layer = layer, Transfer = 0.8, Temperature = 0.1, Reweight = 0.1, ProportionalAttention = 0.5, Diversity = 0.5,
        Score = layer == 0
            ? new Dictionary<ScoreCriterion, double> { [ScoreCriterion.Probe] = 0.4, [ScoreCriterion.ClsAttention] = 0.4, [ScoreCriterion.TextRelevance] = 0.2 }
            : new Dictionary<ScoreCriterion, double> { [ScoreCriterion.Probe] = 0.3, [ScoreCriterion.ClsAttention] = 0.2, [ScoreCriterion.TextRelevance] = 0.1, [ScoreCriterion.TextAttention] = 0.4 },
    };

    private static float[] Random(int seed, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() - 0.5))];
    }
}
