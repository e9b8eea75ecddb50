using System.CommandLine;
using Benchmarks.Report;
using Faults.Kills;
using Faults.Report;
using Fuzz.Commands;

namespace Faults.Commands;

/// <summary><c>kill</c>: kinds of work, one behind the other.</summary>
internal sealed class KillCommand : Command
{
    internal KillCommand()
        : base("kill", "Kills work at random moments, and says whether every file was whole or absent.")
    {
        var kinds = NamedOption.Several("--kind", "The kinds of work", KillKinds.All, kind => kind.Name);
        var kills = Number("--kills", "Kills of each, those of the report and of earlier runs included.", 150);
        var minutes = Number("--minutes", "The most time for each, in this run.", 60.0);
        var seed = Number("--seed", "Decides about the moments. 0: one that no earlier run had.", 0);
        var work = FaultOptions.Work();
        foreach (var option in (Option[])[kinds, kills, minutes, seed, work])
            Add(option);
        SetAction(values =>
        {
            var faults = 0;
            foreach (var kind in values.GetValue(kinds) ?? KillKinds.All)
            {
                if (FaultsDocument.Reached(values.GetValue(work)!, kind) is { } before)
                    ResultFile.Save(Killer.StateFile(values.GetValue(work)!, kind), before);
                using var killer = new Killer(kind, values.GetValue(work)!, values.GetValue(seed));
                var reached = killer.Run(values.GetValue(kills), TimeSpan.FromMinutes(values.GetValue(minutes)));
                faults += reached.Faults.Count;
                Console.WriteLine($"{kind.Name}: {reached.Kills} kills in {reached.Seconds} s, {reached.Ended} runs to the end, " +
                    $"{reached.Files} files whole, {reached.Left} temporary ones removed, {reached.Refused} refused, " +
                    $"{reached.Faults.Count} faults");
                foreach (var fault in reached.Faults)
                    Console.WriteLine($"  {fault}");
            }
            return faults == 0 ? 0 : 1;
        });
    }

    private static Option<T> Number<T>(string name, string description, T usual) =>
        new(name) { Description = description, DefaultValueFactory = _ => usual };
}
