using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Faults.Kills;
using Fuzz.Commands;

namespace Faults.Commands;

/// <summary><c>work</c>: one kind of work, over and over in this process; <c>kill</c> starts it.</summary>
internal sealed class WorkCommand : Command
{
    internal WorkCommand()
        : base("work", "Works until it is killed.")
    {
        Hidden = true;
        var kind = NamedOption.One("--kind", "The kind of work", KillKinds.All, one => one.Name);
        var folder = new Option<string>("--folder") { Required = true };
        var once = new Option<bool>("--once");
        var prepare = new Option<bool>("--prepare");
        foreach (var option in (Option[])[kind, folder, once, prepare])
            Add(option);
        SetAction(values =>
        {
            var (work, place) = (values.GetRequiredValue(kind), new KillPlace(values.GetRequiredValue(folder)));
            if (values.GetValue(prepare))
                work.Prepare(place);
            var goesOn = false; // the first run is looked at before the next one begins
            Console.WriteLine(Worker.Ready);
            do
            {
                work.Forget(place);
                var start = Stopwatch.GetTimestamp();
                work.Work(place);
                Console.WriteLine(Worker.Done + Stopwatch.GetElapsedTime(start).TotalSeconds.ToString(CultureInfo.InvariantCulture));
            }
            while (!values.GetValue(once) && (goesOn = goesOn || Console.ReadLine() is not null));
        });
    }
}
