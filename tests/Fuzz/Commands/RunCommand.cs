using System.CommandLine;
using Fuzz.Engine;
using Fuzz.Report;
using Fuzz.Targets;

namespace Fuzz.Commands;

/// <summary><c>run</c>: campaigns, one behind the other.</summary>
internal sealed class RunCommand : Command
{
    internal RunCommand()
        : base("run", "Gives readers inputs until there were enough or the time is over, and says which were faults.")
    {
        var targets = NamedOption.Several("--target", "The readers", FuzzTargets.All, target => target.Name);
        var inputs = Number("--inputs", "Inputs a reader, those of the report and of earlier runs included.", 1_000_000L);
        var minutes = Number("--minutes", "The most time a reader, in this run.", 60.0);
        var seed = Number("--seed", "The same seed and the same folder give the same inputs.", 1);
        var work = FuzzOptions.Work();
        foreach (var option in (Option[])[targets, inputs, minutes, seed, work])
            Add(option);
        SetAction(values =>
        {
            var findings = 0;
            foreach (var target in values.GetValue(targets) ?? FuzzTargets.All)
            {
                var folder = new CampaignFolder(values.GetValue(work)!, target.Name);
                if (folder.Reached() is null && FuzzRow.Committed(target.Name) is { } committed)
                    folder.Save(committed.ToState());
                var reached = Supervisor.Run(target, values.GetValue(work)!, values.GetValue(inputs),
                    TimeSpan.FromMinutes(values.GetValue(minutes)), values.GetValue(seed));
                findings += reached.Findings;
                Console.WriteLine($"{target.Name}: {reached.Inputs} inputs in {reached.Seconds} s, {reached.Accepted} of them read, " +
                    $"{reached.Edges} edges, {reached.Kept} inputs kept, {reached.Findings} findings");
            }
            return findings == 0 ? 0 : 1;
        });
    }

    private static Option<T> Number<T>(string name, string description, T usual) =>
        new(name) { Description = description, DefaultValueFactory = _ => usual };
}
