using EosMLNet.Models;

namespace EosMLNet.Latency;

/// <summary>
/// The plans whose prefill is measured as a whole: none, few and many sites, cheap and dear ones, on few and many tokens.
/// </summary>
internal static class LatencyPlans
{
    internal static IReadOnlyList<ReductionPlan> Of(VisionLanguageModel model, ScoreParameters parameters)
    {
        var (layers, all) = (model.LayerCount, model.VisualTokens);
        return
        [
            ReductionPlan.Identity(model.ToPlanModel()),
            Plan(false, (0, all / 2)),
            Plan(false, (0, all / 8)),
            Plan(true, (0, all / 4)),
            Plan(true, (0, all / 2), (layers / 2, all / 8)),
            Plan(true, Schedule(layers, 0.8)),
            Plan(true, Schedule(layers, 0.5)),
            Plan(false, Schedule(layers, 0.5)),
        ];

        // A site in front of each of six layers at most, each of which keeps such a part.
        (int Layer, int Keep)[] Schedule(int count, double part) =>
            [.. Enumerable.Range(0, Math.Min(6, count)).Select(i => (i * count / Math.Min(6, count), (int)(all * Math.Pow(part, i + 1))))];

        ReductionPlan Plan(bool dear, params (int Layer, int Keep)[] sites) =>
            ReductionPlan.Create(model.ToPlanModel(), sites.Select(site => new ReductionSite
            {
                Layer = site.Layer,
                Keep = Math.Max(1, site.Keep),
                Transfer = dear ? 0.5 : 0,
                Temperature = dear ? 1 : 0,
                Diversity = dear ? 1 : 0,
                ProportionalAttention = dear ? 1 : 0,
                Score = Score(dear, site.Layer),
            }).DistinctBy(site => site.Keep), parameters);

        Dictionary<ScoreCriterion, double> Score(bool dear, int layer)
        {
            List<ScoreCriterion> criteria = [ScoreCriterion.Probe];
            if (dear)
                criteria.Add(ScoreCriterion.TextRelevance);
            if (dear && layer > 0)
                criteria.Add(ScoreCriterion.TextAttention);
            return criteria.ToDictionary(criterion => criterion, _ => 1.0);
        }
    }
}
