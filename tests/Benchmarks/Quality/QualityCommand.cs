using System.CommandLine;
using Benchmarks.Report;
using Benchmarks.Units;
using EosMLNet.LibTorch;
using EosMLNet.Tests;

namespace Benchmarks.Quality;

/// <summary>Measures how well reduced models answer, and writes the report.</summary>
internal sealed class QualityCommand : Command
{
    private readonly Option<string?> only = new("--only") { Description = "Only the units whose key contains this, and those that they need; * stands for anything.", HelpName = "PATTERN" };
    private readonly Option<int> jobs = new("--jobs") { Description = "Processes side by side, one thread each.", DefaultValueFactory = _ => 1 };
    private readonly Option<bool> quick = new("--quick") { Description = "Everything once, on next to nothing: whether the program works." };
    private readonly Option<bool> list = new("--list") { Description = "Name the units and whether they are done; measure nothing." };
    private readonly Option<bool> report = new("--report") { Description = "Write the report of what is done; measure nothing." };
    private readonly Option<string> work = new("--work") { Description = "Where data and results are kept between runs.", HelpName = "DIR", DefaultValueFactory = _ => Repository.At("tests", "Benchmarks", "out") };
    private readonly Option<string> output = new("--output") { Description = "Where the report goes.", HelpName = "DIR", DefaultValueFactory = _ => Repository.At("build", "docs", "benchmarks") };
    private readonly Option<bool> worker = new("--worker") { Hidden = true };

    internal QualityCommand()
        : base("quality", "Accuracy of every method at equal ledgers, with ablations, transfer and cost. Go on with a run that was killed by starting it again.")
    {
        foreach (var option in new Option[] { only, jobs, quick, list, report, work, output, worker })
            Add(option);
        SetAction(Run);
    }

    private int Run(ParseResult values)
    {
        TorchRuntime.EnsureLoaded();
        TorchSharp.torch.set_num_threads(1); // the model is tiny: a second thread would mostly wait for the first
        var settings = values.GetValue(quick) ? QualitySettings.Quick : QualitySettings.Full;
        using var bench = new Workbench(Path.Combine(values.GetValue(work)!, settings.Name), settings);
        _ = bench.Data; // drawn once, before there are several processes
        var trials = QualityTrials.All(settings);
        var units = QualityUnits.Of(bench, trials, values.GetValue(only));
        if (values.GetValue(list))
            return List(units, bench.Store);
        if (values.GetValue(worker))
        {
            UnitCrew.EndWithParent();
            return Work(units, bench.Store) ? 0 : 1;
        }
        var complete = values.GetValue(report) || (values.GetValue(jobs) > 1 ? UnitCrew.Run(values.GetValue(jobs), WorkerArguments(values)) : Work(units, bench.Store));
        QualityReport.Write(values.GetValue(output)!, bench, trials);
        Console.WriteLine($"The report is in {values.GetValue(output)}{(complete ? "" : "; units failed, see above")}");
        return complete ? 0 : 1;
    }

    private static int List(IReadOnlyList<Unit> units, UnitStore store)
    {
        var done = store.Done(units);
        foreach (var unit in units)
            Console.WriteLine($"{(done.Contains(unit.Key) ? "done" : "open")}  {unit.Key}");
        Console.WriteLine($"{done.Count} of {units.Count} units are done");
        return 0;
    }

    private static bool Work(IReadOnlyList<Unit> units, UnitStore store) =>
        UnitWorker.Run(units, store, line => Console.WriteLine($"{DateTime.Now:HH:mm:ss} {line}")).Count == 0;

    private string[] WorkerArguments(ParseResult values) =>
    [
        "quality", "--worker", "--work", values.GetValue(work)!,
        .. values.GetValue(quick) ? new[] { "--quick" } : [],
        .. values.GetValue(only) is { } pattern ? new[] { "--only", pattern } : [],
    ];
}
