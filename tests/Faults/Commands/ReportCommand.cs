using System.CommandLine;
using Benchmarks.Report;
using Faults.Kills;
using Faults.Report;
using Fuzz.Report;

namespace Faults.Commands;

/// <summary><c>report</c>: what was counted, in the documents.</summary>
internal sealed class ReportCommand : Command
{
    internal ReportCommand()
        : base("report", "Writes the section on faults of reliability.md and .json, from what kill and check have counted.")
    {
        var work = FaultOptions.Work();
        var output = new Option<string>("--output")
        {
            Description = "Where the report goes.", HelpName = "DIR",
            DefaultValueFactory = _ => ReliabilityFiles.Folder,
        };
        Add(work);
        Add(output);
        SetAction(values =>
        {
            var folder = values.GetValue(work)!;
            var kills = KillKinds.All.Select(kind => FaultsDocument.Reached(folder, kind)).OfType<KillState>();
            var document = new FaultsDocument(Hardware.Describe(), [.. kills], FaultsDocument.Done(folder));
            ReliabilityFiles.Write(
                values.GetValue(output)!, FaultsDocument.Section, document, FaultsSection.Heading, FaultsSection.Write(document));
        });
    }
}
