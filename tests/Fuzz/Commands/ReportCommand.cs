using System.CommandLine;
using Benchmarks.Report;
using Fuzz.Engine;
using Fuzz.Report;
using Fuzz.Targets;

namespace Fuzz.Commands;

/// <summary><c>report</c>: the last campaign on each reader, in the documents.</summary>
internal sealed class ReportCommand : Command
{
    internal ReportCommand()
        : base("report", "Writes the section on hostile files of reliability.md and .json, from the last campaign on each reader.")
    {
        var work = FuzzOptions.Work();
        var output = new Option<string>("--output")
        {
            Description = "Where the report goes.", HelpName = "DIR",
            DefaultValueFactory = _ => ReliabilityFiles.Folder,
        };
        Add(work);
        Add(output);
        SetAction(values =>
        {
            var rows = FuzzTargets.All.Select(target => new CampaignFolder(values.GetValue(work)!, target.Name).Reached() is { } reached
                ? FuzzRow.Of(reached, target.Reader, Corpus.Findings(target).Count)
                : FuzzRow.Committed(target.Name));
            var document = new FuzzDocument(Hardware.Describe(), [.. rows.OfType<FuzzRow>()]);
            ReliabilityFiles.Write(values.GetValue(output)!, FuzzDocument.Section, document, FuzzSection.Heading, FuzzSection.Write(document));
        });
    }
}
