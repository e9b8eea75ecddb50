using EosMLNet.Evaluation;
using EosMLNet.Execution;
using EosMLNet.Latency;
using EosMLNet.Models;

namespace EosMLNet.Tool.Build;

/// <summary>Measures how long a question takes until its first token, its image encoded, without a plan and under it, in turns.</summary>
internal static class PrefillTimer
{
    private const int Questions = 4, Rounds = 7;

    internal static BuildSummary.PrefillSummary Measure(VisionLanguageModel model, ReductionPlan plan, VqaDataset data,
        CancellationToken cancellation)
    {
        using var unreduced = new ReducedModel(model, ReductionPlan.Identity(model.ToPlanModel()));
        using var reduced = new ReducedModel(model, plan);
        List<double> without = [], with = [];
        foreach (var example in data.Examples.Take(Questions))
        {
            using var batch = PromptBatch.Create(model,
                [((IReadOnlyList<Visual>)[.. example.Images.Select(image => data.Images[image])], example.Question)]);
            var seconds = PrefillClock.Seconds([unreduced, reduced], batch, Rounds, cancellation, isWarm: with.Count > 0);
            without.AddRange(seconds[0]);
            with.AddRange(seconds[1]);
        }
        return new BuildSummary.PrefillSummary(Median(without), Median(with));
    }

    private static double Median(List<double> seconds) => Math.Round(1000 * Statistics.Median(seconds), 4);
}
