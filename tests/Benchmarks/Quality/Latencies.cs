using System.Diagnostics;
using Benchmarks.Report;
using Benchmarks.Speed;
using Benchmarks.Units;
using EosMLNet.Evaluation;
using EosMLNet.Execution;
using EosMLNet.Models;
using static TorchSharp.torch;

namespace Benchmarks.Quality;

/// <summary>How long single questions take, the vision encoder included: under the operator search's plan of each budget, and without it.</summary>
internal static class Latencies
{
    // What timing means. Raise it when other things are timed.
    private const int Version = 2;

    private const int MaxNewTokens = 8, WarmUp = 3;

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

    private static double MacsOf(PlanModel model, TokenLedger ledger)
    {
        var (linear, square) = TokenLedger.MacsPerLayer(model);
        return ledger.VisualTokensPerLayer.Select(visual => visual + ledger.TextTokens).Sum(n => linear * n + square * n * n);
    }

    private static AnswerTimes Measure(Workbench bench, ReductionPlan plan, int questions)
    {
        using var reduced = new ReducedModel(bench.Model, plan);
        using var whole = new ReducedModel(bench.Model, ReductionPlan.Identity(bench.Model.ToPlanModel()));
        var (rows, data) = (bench.Data.Test.Examples, bench.Data.Test);
        var (under, without) = (new List<double>(), new List<double>());
        var (shares, sharesWithout) = (new List<double>(), new List<double>()); // of the machine's peak
        for (var turn = -WarmUp; turn < questions; turn++)
        {
            var row = rows[(int)((long)Math.Max(0, turn) * rows.Count / questions)];
            IReadOnlyList<Visual> images = [.. row.Images.Select(image => data.Images[image])];
            // In turns, and each first every other time: what the machine does meanwhile costs both the same.
            var (a, b) = turn % 2 == 0 ? (Time(reduced), Time(whole)) : Swapped(Time(whole), Time(reduced));
            if (turn < 0)
                continue;
            under.Add(a);
            without.Add(b);
            var peak = MachinePeak.MacsPerSecond(); // each time anew: the machine is not always as fast
            shares.Add(Share(reduced));
            sharesWithout.Add(Share(whole));

            double Time(ReducedModel model)
            {
                var clock = Stopwatch.StartNew();
                using var scope = NewDisposeScope();
                using var batch = PromptBatch.Create(bench.Model, [(images, row.Question)], model.Plan);
                bench.Model.Processor!.Decode(model.Generate(batch, MaxNewTokens).Ids[0]);
                return Math.Round(clock.Elapsed.TotalMilliseconds, 3);
            }

            // Of the decoder's prefill alone: its work is what ledgers count.
            double Share(ReducedModel model)
            {
                using var scope = NewDisposeScope();
                using var batch = PromptBatch.Create(bench.Model, [(images, row.Question)], model.Plan);
                var ledger = TokenLedger.Compute(bench.PlanModel, model.Plan.Sites, batch.TextTokens, ImageSizes.All(batch.VisualTokens.Sum()));
                var clock = Stopwatch.StartNew();
                model.Generate(batch, 1);
                return MacsOf(bench.PlanModel, ledger) / clock.Elapsed.TotalSeconds / peak;
            }
        }
        return new AnswerTimes(Hardware.Describe(), under, without, Median(shares), Median(sharesWithout));

        static double Median(IReadOnlyList<double> shares) => Math.Round(Statistics.Median(shares), 4);


        static (double Reduced, double Whole) Swapped(double whole, double reduced) => (reduced, whole);
    }
}
