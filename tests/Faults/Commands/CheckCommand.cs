using System.CommandLine;
using Benchmarks.Report;
using Faults.Cases;
using Faults.Report;

namespace Faults.Commands;

/// <summary><c>check</c>: all faults but kills, each once.</summary>
internal sealed class CheckCommand : Command
{
    internal const string FileName = "check.json";

    internal CheckCommand()
        : base("check", "Takes away room, permission, memory and time, and says what came of it.")
    {
        var words = new Option<string>("--only")
        {
            Description = "Only those whose words have this.", HelpName = "TEXT", DefaultValueFactory = _ => "",
        };
        var work = FaultOptions.Work();
        Add(words);
        Add(work);
        SetAction(values =>
        {
            var file = Path.Combine(values.GetValue(work)!, FileName);
            var results = FaultsDocument.Done(values.GetValue(work)!);
            foreach (var one in FaultCases.With(values.GetValue(words)!))
            {
                var result = one.Run();
                var holds = result.Holds switch { true => "holds", false => "FAULT", null => "skipped" };
                var happened = result.Happened.ReplaceLineEndings(" ");
                Console.WriteLine($"{holds,-7} {result.Area}: {result.Done}: {result.ExitCode} {happened}");
                // In the order of the list, each once.
                var all = results.Where(old => (old.Area, old.Done) != (one.Area, one.Done)).Append(result);
                results = [.. FaultCases.All.SelectMany(known => all.Where(found => (found.Area, found.Done) == (known.Area, known.Done)))];
                ResultFile.Save(file, results);
            }
            return results.All(result => result.Holds != false) ? 0 : 1;
        });
    }
}
