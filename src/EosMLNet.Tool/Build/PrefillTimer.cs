using System.Diagnostics;
using EosMLNet.Data;
using EosMLNet.Models;
using EosMLNet.Reduction;

namespace EosMLNet.Tool.Build;

/// <summary>Measures how long a question takes until its first token, its picture encoded, without a plan and under it, in turns.</summary>
internal static class PrefillTimer
{
    private const int Questions = 4, Rounds = 7;

    internal static BuildSummary.PrefillSummary Measure(VisionLanguageModel model, ReductionPlan plan, VqaDataset data, CancellationToken cancellation)
    {
        var (unreduced, reduced) = (new ReducedModel(model, ReductionPlan.Identity(PlanModel.Of(model))), new ReducedModel(model, plan));
        List<double> without = [], with = [];
        foreach (var example in data.Examples.Take(Questions))
        {
            using var batch = PromptBatch.Create(model, [(data.Pictures[example.Picture], example.Question)]);
            for (var round = 0; round <= Rounds; round++)
            {
                var (full, less) = (Milliseconds(unreduced, batch, cancellation), Milliseconds(reduced, batch, cancellation));
                if (round == 0)
                    continue; // the first one warms up
                without.Add(full);
                with.Add(less);
            }
        }
        return new BuildSummary.PrefillSummary(Median(without), Median(with));
    }

    private static double Milliseconds(ReducedModel model, PromptBatch batch, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        model.Generate(batch, maxNewTokens: 1, cancellation); // its tokens are on the CPU, so that a GPU has ended too
        return clock.Elapsed.TotalMilliseconds;
    }

    private static double Median(List<double> times)
    {
        times.Sort();
        return Math.Round(times[times.Count / 2], 4);
    }
}
