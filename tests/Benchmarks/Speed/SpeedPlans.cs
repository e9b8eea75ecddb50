using EosMLNet.Models;
using EosMLNet.Reduction;

namespace Benchmarks.Speed;

/// <summary>Plans that do all that a searched plan does: every criterion, diverse anchors, transfer, gain, proportional attention, in front of every second layer.</summary>
internal static class SpeedPlans
{
    // How the mean is spread over the decoder, as searches spread it: more tokens early.
    private const double First = 1.6, Last = 0.4;

    internal static ReductionPlan Of(VisionLanguageModel model, int mean)
    {
        var count = (model.LayerCount + 1) / 2;
        double[] wanted = [.. Enumerable.Range(0, count).Select(i => mean * (count == 1 ? 1 : First + (Last - First) * i / (count - 1)))];
        int[] spans = [.. Enumerable.Range(0, count).Select(i => Math.Min(2, model.LayerCount - 2 * i))];
        var keeps = KeepCounts.Round(wanted, spans, model.VisualTokens, (long)mean * model.LayerCount);
        return ReductionPlan.Create(PlanModel.Of(model), keeps.Select((keep, i) => Site(2 * i, keep)), Parameters(model.HiddenSize));
    }

    private static ReductionSite Site(int layer, int keep)
    {
        var score = new Dictionary<ScoreCriterion, double> { [ScoreCriterion.ClsAttention] = 0.3, [ScoreCriterion.Probe] = 0.2, [ScoreCriterion.TextRelevance] = 0.2 };
        if (layer > 0)
            score[ScoreCriterion.TextAttention] = 0.3;
        return new ReductionSite { Layer = layer, Keep = keep, Transfer = 0.9, Temperature = 0.05, Reweight = 0.05, ProportionalAttention = 0.98, Diversity = 5, Score = score };
    }

    private static ScoreParameters Parameters(int width)
    {
        const int Rank = 8;
        var random = new Random(7);
        float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() - 0.5))];
        return new ScoreParameters { Probe = Numbers(width), Relevance = new TextRelevance(Rank, Numbers(Rank * width), Numbers(Rank * width)) };
    }
}
