using System.Globalization;
using System.Text.RegularExpressions;
using EosMLNet.Tool.CommandLine;

namespace EosMLNet.Tool.Search;

/// <summary>Shows the progress of searches in processes of their own: their lines, and how much of all of them is done.</summary>
/// <param name="display">Where it is shown.</param>
/// <param name="jobs">The searches.</param>
/// <param name="console">Where their lines go.</param>
internal sealed partial class CrewNotes(ProgressDisplay display, IReadOnlyList<SearchJob> jobs, EosConsole console)
{
    private readonly Dictionary<SearchJob, double> done = jobs.ToDictionary(job => job, _ => 0.0);
    private int ended;

    /// <summary>A search has written a line.</summary>
    internal void Line(string device, SearchJob job, string text)
    {
        lock (done)
        {
            console.Line($"{Prefix(device, job)}{text}");
            if (Percentage().Match(text) is { Success: true } found)
                done[job] = Math.Max(done[job], double.Parse(found.Groups["percent"].Value, CultureInfo.InvariantCulture) / 100);
            Report();
        }
    }

    /// <summary>A search has ended.</summary>
    internal void Ended(SearchJob job)
    {
        lock (done)
        {
            done[job] = 1;
            ended++;
            Report();
        }
    }

    /// <summary>What stands in front of a search's lines.</summary>
    internal static string Prefix(string device, SearchJob job) => $"[{device}, {job.Name}] ";

    private void Report() => display.Report(ProgressNote.Even(done.Values.Average(), $"{ended} of {jobs.Count} done", display.Elapsed));

    [GeneratedRegex(@"^Searching: (?<percent>\d+) %")]
    private static partial Regex Percentage();
}
