using EosMLNet.Execution;
using EosMLNet.Latency;
using EosMLNet.Models;
using EosMLNet.Tool.CommandLine;
using EosMLNet.Tool.Report.Contents;

namespace EosMLNet.Tool.Report;

/// <summary>Measures how long prefill takes under a plan and without it, in turns.</summary>
internal static class ReportTimer
{
    /// <summary>How many questions are timed.</summary>
    internal const int Questions = 4;

    /// <summary>Measures; null where that is not wanted, or where the plan acts in the encoder, which prefill leaves out.</summary>
    /// <exception cref="EosException">EOS4002: the table is of another model or device. EOS1013: it has no single prompts.</exception>
    internal static ReportLatency? Measure(
        ReportSettings settings, ReducedModel unreduced, ReducedModel plan, VqaDataset data, EosConsole console,
        CancellationToken cancellation)
    {
        settings.Latency?.CheckFits(plan.Model);
        var times = settings.LatencyRounds;
        if (times == 0 || plan.Plan.ActsInEncoder)
            return null;
        var asked = Spread.Over(data.Examples, Questions);
        List<double> without = [], with = [];
        var text = 0;
        console.Progress("Timing", display =>
        {
            foreach (var (i, example) in asked.Index())
            {
                Report(i * times);
                using var batch = CaseFinder.Batch(plan, data, example);
                text += batch.TextTokens;
                var seconds = PrefillClock.Seconds(
                    [unreduced, plan], batch, times, cancellation, done => Report(i * times + done), isWarm: i > 0);
                without.AddRange(seconds[0]);
                with.AddRange(seconds[1]);
            }
            return true;

            void Report(int done) =>
                display.Report(ProgressNote.Counted(done, asked.Count * times, "measurements", display.Elapsed));
        });
        var (spent, whole, tokens) = (LatencySpread.Of(with), LatencySpread.Of(without), text / asked.Count);
        var isCpu = plan.Model.Device.type == TorchSharp.DeviceType.CPU;
        return new(whole, spent, asked.Count, times, tokens, Predicted(settings.Latency, unreduced.Plan, tokens),
            Predicted(settings.Latency, plan.Plan, tokens),
            SpeedRemark.For(plan.Plan, spent.Median, whole.Median, isCpu));
    }

    // With as many text tokens as the table comes near to. A plan of a preset may have sites that no table knows.
    private static double? Predicted(LatencyTable? known, ReductionPlan plan, int textTokens)
    {
        if (known is null)
            return null;
        int[] measured = [.. known.Profiles.Where(profile => profile.Batch == 1).Select(profile => profile.TextTokens)];
        var tokens = measured.Length == 0 ? textTokens : Math.Clamp(textTokens, measured.Min(), measured.Max());
        try
        {
            return known.Predict(plan, tokens);
        }
        catch (EosException e) when (e.Code == EosErrors.PlanMismatch)
        {
            return null;
        }
    }
}
