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
    private readonly Option<string?> model = new("--model") { Description = "Only this model; all of them, if not given.", HelpName = "NAME" };
    private readonly Option<int> jobs = new("--jobs") { Description = "Processes side by side, one thread each.", DefaultValueFactory = _ => 1 };
    private readonly Option<bool> quick = new("--quick") { Description = "Everything once, on next to nothing: whether the program works." };
    private readonly Option<bool> list = new("--list") { Description = "Name the units and whether they are done; measure nothing." };
    private readonly Option<bool> report = new("--report") { Description = "Write the report of what is done; measure nothing." };
    private readonly Option<string> work = new("--work") { Description = "Where data and results are kept between runs.", HelpName = "DIR", DefaultValueFactory = _ => Repository.At("tests", "Benchmarks", "out") };
    private readonly Option<string> output = new("--output") { Description = "Where the report goes.", HelpName = "DIR", DefaultValueFactory = _ => Repository.At("build", "docs", "benchmarks") };
    private readonly Option<string> kept = new("--kept") { Description = "Where results of other days and machines are kept, as zips.", HelpName = "DIR", DefaultValueFactory = _ => Repository.At("tests", "Benchmarks", "kept") };
    private readonly Option<bool> pack = new("--pack") { Description = "Write a zip of what was measured since the last one; measure nothing." };
    private readonly Option<bool> worker = new("--worker") { Hidden = true };

    internal QualityCommand()
        : base("quality", "Accuracy of every method at equal ledgers, with ablations, transfer and cost. Go on with a run that was killed by starting it again.")
    {
        foreach (var option in new Option[] { only, model, jobs, quick, list, report, work, output, kept, pack, worker })
            Add(option);
        SetAction(Run);
    }

    private int Run(ParseResult values)
    {
        TorchRuntime.EnsureLoaded();
        TorchSharp.torch.set_num_threads(1); // the model is tiny: a second thread would mostly wait for the first
        var settings = values.GetValue(quick) ? QualitySettings.Quick : QualitySettings.Full;
        Workbench[] benches = [.. QualityModel.Of(values.GetValue(model)).Select(subject => new Workbench(values.GetValue(work)!, settings, subject))];
        if (values.GetValue(worker))
            UnitCrew.EndWithParent();
        else
            ForEachModel(values, settings, packs => packs.Unpack());
        if (values.GetValue(pack))
        {
            ForEachModel(values, settings, packs => Console.WriteLine($"{packs.Pack()} new files are kept in {packs.Folder}"));
            return 0;
        }
        var complete = true;
        foreach (var bench in benches)
        {
            _ = bench.Data; // drawn once, before there are several processes
            var units = QualityUnits.Of(bench, QualityTrials.All(bench), values.GetValue(only));
            if (values.GetValue(list))
                List(units, bench);
            else if (!values.GetValue(report))
                complete &= values.GetValue(jobs) > 1 ? UnitCrew.Run(values.GetValue(jobs), WorkerArguments(values, bench.Subject)) : Work(units, bench.Store);
            bench.Dispose();
        }
        if (values.GetValue(list) || values.GetValue(worker))
            return complete ? 0 : 1;
        Write(values.GetValue(output)!, values.GetValue(work)!, settings);
        Console.WriteLine($"The report is in {values.GetValue(output)}{(complete ? "" : "; units failed, see above")}");
        return complete ? 0 : 1;
    }

    // Of all models: the report has them all.
    private void ForEachModel(ParseResult values, QualitySettings settings, Action<UnitPacks> action)
    {
        foreach (var subject in QualityModel.All)
        {
            using var bench = new Workbench(values.GetValue(work)!, settings, subject);
            action(new UnitPacks(Path.Combine(values.GetValue(kept)!, settings.Name, subject.Name), bench.Store.Folder));
        }
    }

    // Of all models: what was measured of those that were not asked for stays in the report.
    private static void Write(string output, string work, QualitySettings settings)
    {
        Workbench[] all = [.. QualityModel.All.Select(subject => new Workbench(work, settings, subject))];
        QualityReport.Write(output, [.. all.Select(bench => (bench, QualityTrials.All(bench)))]);
        foreach (var bench in all)
            bench.Dispose();
    }

    private static void List(IReadOnlyList<Unit> units, Workbench bench)
    {
        var done = bench.Store.Done(units);
        foreach (var unit in units)
            Console.WriteLine($"{(done.Contains(unit.Key) ? "done" : "open")}  {bench.Subject.Name}  {unit.Key}");
        Console.WriteLine($"{done.Count} of {units.Count} units of {bench.Subject.Name} are done");
    }

    private static bool Work(IReadOnlyList<Unit> units, UnitStore store) =>
        UnitWorker.Run(units, store, line => Console.WriteLine($"{DateTime.Now:HH:mm:ss} {line}")).Count == 0;

    private string[] WorkerArguments(ParseResult values, QualityModel subject) =>
    [
        "quality", "--worker", "--model", subject.Name, "--work", values.GetValue(work)!,
        .. values.GetValue(quick) ? new[] { "--quick" } : [],
        .. values.GetValue(only) is { } pattern ? new[] { "--only", pattern } : [],
    ];
}
