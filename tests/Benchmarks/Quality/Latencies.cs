using System.Diagnostics;
using Benchmarks.Report;
using Benchmarks.Speed;
using Benchmarks.Units;
using EosMLNet.Evaluation;
using EosMLNet.Execution;
using EosMLNet.Models;
using static TorchSharp.torch;

namespace Benchmarks.Quality;

/// <summary>How long answers take, the vision encoder included: under the operator search's plan of each budget, and without it.</summary>
internal sealed class Latencies : IDisposable
{
    // What timing means. Raise it when other things are timed.
    private const int Version = 3;

    private const int MaxNewTokens = 8, WarmUp = 3;

    private static readonly int[] BatchSizes = [1, 8];

    private readonly Workbench bench;
    private readonly ReducedModel reduced, whole;

    private Latencies(Workbench bench, ReductionPlan plan)
    {
        this.bench = bench;
        (reduced, whole) = (new(bench.Model, plan), new(bench.Model, ReductionPlan.Identity(bench.Model.ToPlanModel())));
    }

    /// <summary>Whether a trial's plan is timed.</summary>
    internal static bool IsTimed(Trial trial) => trial is { Section: QualityTrials.Main, Kind: MethodKind.Eos, Seed: 1 };

    /// <summary>The key of the unit that times a trial's plan. What is asked for as "main" has it, too.</summary>
    internal static string KeyOf(Trial trial) => $"main-latency/{trial.Budget}/eos/{trial.Seed}";

    /// <summary>The unit that times a trial's plan.</summary>
    internal static Unit Of(Workbench bench, Trial trial) => new(
        KeyOf(trial),
        [trial.FindKey],
        () => $"latency {Version} {bench.Settings.TimedQuestions}\n{bench.Plan(trial).ToJson()}\n{bench.Model.Fingerprint}\n{bench.Data.Test.Fingerprint}",
        () => Measure(bench, bench.Plan(trial), bench.Settings.TimedQuestions));

    /// <inheritdoc/>
    public void Dispose()
    {
        reduced.Dispose();
        whole.Dispose();
    }

    private static AnswerTimes Measure(Workbench bench, ReductionPlan plan, int turns)
    {
        using var times = new Latencies(bench, plan);
        var (share, shareWithout) = times.PeakShares(turns);
        return new(Hardware.Describe(), [.. BatchSizes.Select(size => times.Batches(turns, size))], share, shareWithout);
    }

    // In turns, and each first every other time: what the machine does meanwhile costs both the same.
    private BatchTimes Batches(int turns, int size)
    {
        var (under, without) = (new List<double>(), new List<double>());
        for (var turn = -WarmUp; turn < turns; turn++)
        {
            var questions = Questions(turn, turns, size);
            foreach (var model in turn % 2 == 0 ? new[] { reduced, whole } : [whole, reduced])
            {
                var clock = Stopwatch.StartNew();
                using var scope = NewDisposeScope();
                using var batch = PromptBatch.Create(bench.Model, questions, model.Plan);
                foreach (var ids in model.Generate(batch, MaxNewTokens).Ids)
                    bench.Model.Processor!.Decode(ids);
                if (turn >= 0)
                    (model == reduced ? under : without).Add(Math.Round(clock.Elapsed.TotalMilliseconds, 3));
            }
        }
        return new(size, under, without);
    }

    // Of the decoder's prefill alone: its work is what ledgers count.
    private (double Reduced, double Whole) PeakShares(int turns)
    {
        var (under, without) = (new List<double>(), new List<double>());
        for (var turn = -WarmUp; turn < turns; turn++)
        {
            using var scope = NewDisposeScope();
            var peak = MachinePeak.MacsPerSecond(); // each time anew: the machine is not always as fast
            foreach (var model in new[] { reduced, whole })
            {
                using var batch = PromptBatch.Create(bench.Model, Questions(turn, turns, 1), model.Plan);
                var macs = Macs(TokenLedger.Compute(bench.PlanModel, model.Plan.Sites, batch.TextTokens, ImageSizes.All(batch.VisualTokens.Sum())));
                var clock = Stopwatch.StartNew();
                model.Generate(batch, 1);
                if (turn >= 0)
                    (model == reduced ? under : without).Add(macs / clock.Elapsed.TotalSeconds / peak);
            }
        }
        return (Median(under), Median(without));

        static double Median(IReadOnlyList<double> shares) => Math.Round(Statistics.Median(shares), 4);
    }

    private double Macs(TokenLedger ledger)
    {
        var (linear, square) = TokenLedger.MacsPerLayer(bench.PlanModel);
        return ledger.VisualTokensPerLayer.Select(visual => visual + ledger.TextTokens).Sum(n => linear * n + square * n * n);
    }

    // Spread over the test questions; those of a batch stand behind one another.
    private (IReadOnlyList<Visual> Images, string Question)[] Questions(int turn, int turns, int count)
    {
        var data = bench.Data.Test;
        var first = (int)((long)Math.Max(0, turn) * data.Examples.Count / turns);
        return
        [
            .. Enumerable.Range(first, count).Select(row => data.Examples[row % data.Examples.Count])
                .Select(row => ((IReadOnlyList<Visual>)[.. row.Images.Select(image => data.Images[image])], row.Question)),
        ];
    }
}
