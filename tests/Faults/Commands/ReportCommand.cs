using System.CommandLine;
using Benchmarks.Report;
using Faults.Cases;
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
            var (folder, committed) = (values.GetValue(work)!, FaultsDocument.Committed());
            var kills = KillKinds.All.Select(kind => ResultFile.Load<KillState>(Killer.StateFile(folder, kind))
                ?? committed?.Kills.FirstOrDefault(row => row.Kind == kind.Name));
            var document = new FaultsDocument(Hardware.Describe(), [.. kills.OfType<KillState>()],
                ResultFile.Load<CaseResult[]>(Path.Combine(folder, CheckCommand.FileName)) ?? committed?.Cases ?? []);
            ReliabilityFiles.Write(
                values.GetValue(output)!, FaultsDocument.Section, document, FaultsSection.Heading, FaultsSection.Write(document));
        });
    }
}
