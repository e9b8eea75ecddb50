using System.Diagnostics;
using EosMLNet.Evaluation;
using EosMLNet.Latency;
using EosMLNet.Models;
using Gpu.Report;
using Gpu.Shapes;

namespace Gpu.Sections;

/// <summary>A calibration of latency as <c>eos search --calibrate</c> makes it, with few rounds, and its predictions beside measurements.</summary>
internal static class LatencySection
{
    private const int Rounds = 2, Measured = 5;

    internal static void Measure(Bench bench, Action<object> save)
    {
        using var model = RandomLlava.Create(bench.Shape.Config, bench.DataType, bench.Device);
        var clock = Stopwatch.StartNew();
        var table = LatencyCalibration.Measure(model, bench.Shape.TextTokens, rounds: Rounds);
        var seconds = Math.Round(clock.Elapsed.TotalSeconds, 1);
        int?[] budgets = [null, .. bench.Shape.Budgets.Select(tokens => (int?)tokens)];
        ReductionPlan[] plans = [.. budgets.Select(budget => budget is { } mean ? TypicalPlan.Of(model.ToPlanModel(), mean) : ReductionPlan.Identity(model.ToPlanModel()))];
        var times = LatencyCalibration.MeasurePlans(model, plans, bench.Shape.TextTokens, rounds: Measured);
        var rows = budgets.Select((budget, i) => new LatencyResult.Plan(budget, table.Predict(plans[i], bench.Shape.TextTokens), Statistics.Median(times[i])));
        save(new LatencyResult(seconds, Rounds, table.Profiles[0].Residual, [.. rows]));
        Console.WriteLine(FormattableString.Invariant($"  calibrated in {seconds:0.0} s; whole prefills differ by {100 * table.Profiles[0].Residual:0.0} % at most"));
    }
}
