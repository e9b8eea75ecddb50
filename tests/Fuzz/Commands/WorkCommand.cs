using System.CommandLine;
using Fuzz.Engine;

namespace Fuzz.Commands;

/// <summary><c>work</c>: a campaign in this process, whose readers are instrumented; <c>run</c> starts it.</summary>
internal sealed class WorkCommand : Command
{
    internal WorkCommand()
        : base("work", "A campaign in this process.")
    {
        Hidden = true;
        var target = FuzzOptions.Target();
        var inputs = new Option<long>("--inputs");
        var seconds = new Option<double>("--seconds");
        var folder = new Option<string>("--folder") { Required = true };
        var work = FuzzOptions.Work();
        foreach (var option in (Option[])[target, inputs, seconds, folder, work])
            Add(option);
        SetAction(values =>
        {
            var reader = values.GetRequiredValue(target);
            var kept = new CampaignFolder(values.GetValue(work)!, reader.Name);
            new Campaign(reader, kept, values.GetRequiredValue(folder), kept.Reached()!)
                .Run(values.GetValue(inputs), TimeSpan.FromSeconds(values.GetValue(seconds)));
        });
    }
}
