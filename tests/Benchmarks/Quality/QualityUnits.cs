using System.Diagnostics;
using Benchmarks.Units;

namespace Benchmarks.Quality;

/// <summary>The trials as units of work: one that finds the plan, one that tests it.</summary>
internal static class QualityUnits
{
    // What finding and testing mean. Raise a number when the code behind it changes what comes out; what was measured before is then done again.
    private const int FindVersion = 2, TestVersion = 1, SecondModelVersion = 1;

    /// <summary>The units of some trials, and those that they need.</summary>
    /// <param name="bench">The means.</param>
    /// <param name="trials">All trials.</param>
    /// <param name="pattern">Part of the keys wanted, with * for anything; <see langword="null"/> for all.</param>
    internal static IReadOnlyList<Unit> Of(Workbench bench, IReadOnlyList<Trial> trials, string? pattern = null)
    {
        Unit[] all =
        [
            .. trials.SelectMany(trial => new[] { Find(bench, trial), Test(bench, trial) }),
            .. trials.Where(Latencies.IsTimed).Select(trial => Latencies.Of(bench, trial)),
            SecondModel(bench),
        ];
        var byKey = all.ToDictionary(unit => unit.Key);
        var wanted = new List<Unit>();
        foreach (var unit in all.Where(unit => pattern is null || System.IO.Enumeration.FileSystemName.MatchesSimpleExpression($"*{pattern}*", unit.Key)))
            Want(unit);
        return wanted;

        // What a unit needs stands before it.
        void Want(Unit unit)
        {
            if (wanted.Contains(unit))
                return;
            foreach (var needed in unit.Needs)
                Want(byKey[needed]);
            wanted.Add(unit);
        }
    }

    /// <summary>The unit that finds a trial's plan.</summary>
    internal static Unit Find(Workbench bench, Trial trial) => new(trial.FindKey, trial.Needs, () => FindInputs(bench, trial), () =>
    {
        MemoryPeak.Begin();
        var before = Process.GetCurrentProcess().TotalProcessorTime;
        var found = trial.Find(bench);
        var cost = new SearchCost(found.Questions, (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds, MemoryPeak.Bytes(), found.Note);
        found.Plan.Save(bench.PlanPath(trial));
        return cost;
    });

    /// <summary>The unit that tests a trial's plan.</summary>
    internal static Unit Test(Workbench bench, Trial trial) => new(
        trial.TestKey,
        [trial.FindKey],
        () => $"test {TestVersion}\n{bench.Plan(trial).ToJson()}\n{bench.ModelOn(trial.On).Fingerprint}\n{bench.TestOn(trial.On).Fingerprint}{Precision(trial)}",
        () =>
        {
            var result = bench.Test(bench.ModelOn(trial.On), bench.Plan(trial), bench.TestOn(trial.On));
            return new TestResult(result.Answers, result.MillisecondsPerAnswer);
        });

    private static string FindInputs(Workbench bench, Trial trial)
    {
        // A plan that costs nothing to find is its own best description.
        if (trial.Kind is MethodKind.Preset or MethodKind.Unreduced)
            return trial.Find(bench).Plan.ToJson();
        var needs = trial.Needs.Select(key => File.ReadAllText(bench.Store.PathOf(key)));
        return string.Join('\n', $"find {FindVersion}", trial.Method, trial.Seed, trial.Settings, bench.Model.Fingerprint, bench.Data.Search.Fingerprint, bench.Data.Validation.Fingerprint, string.Join('\n', needs));
    }

    // A model's fingerprint is that of its files, whatever it computes in. That of data is over the pixels.
    private static string Precision(Trial trial) => trial.On is TestGround.BFloat16 or TestGround.Int8 ? $"\n{trial.On}" : "";

    private static Unit SecondModel(Workbench bench) => new(
        Transfers.SecondModel, [], () => $"train {SecondModelVersion} {bench.Settings.SecondModelSteps} {bench.Model.Fingerprint}", () =>
        {
            bench.TrainSecondModel();
            return bench.Second.Fingerprint;
        });
}
