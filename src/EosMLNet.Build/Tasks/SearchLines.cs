using System.Diagnostics;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace EosMLNet.Build.Tasks;

/// <summary>
/// What a build shows of a running worker. In a terminal: each activity, in the live line. In other logs: a line at every tenth of the search, and one where nothing was said for half a minute.
/// What is not shown is in the log at low importance.
/// </summary>
/// <param name="log">The task's log.</param>
/// <param name="model">The model's name, in front of each line.</param>
/// <param name="live">The terminal's line; null where there is none.</param>
internal sealed class SearchLines(TaskLoggingHelper log, string model, LiveLine? live)
{
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(30), Shortest = TimeSpan.FromSeconds(2), Longest = TimeSpan.FromSeconds(30);
    // A live line is a project to MSBuild, which remembers it: the longer a search takes, the rarer they get. Every 2 s at first, every 5 s after 20 minutes.
    private const int LinesOfAWhile = 240;

    private readonly Stopwatch clock = Stopwatch.StartNew();
    private TimeSpan said, shown;
    private string last = "", activity = "";
    private int tenth;

    internal void Message(MessageImportance importance, string text)
    {
        log.LogMessage(importance, "{0}", text);
        if (importance == MessageImportance.High)
            said = clock.Elapsed;
    }

    /// <param name="text">Where the worker stands.</param>
    /// <param name="share">The share of the whole that is done, from 0 to 1; null before and after a search.</param>
    internal void Progress(string text, double? share)
    {
        if (live is not null)
        {
            Show(text, share);
            return;
        }
        var now = share is { } number ? (int)(10 * number) : tenth;
        var due = now > tenth || clock.Elapsed - said >= LongestSilence;
        tenth = Math.Max(tenth, now);
        Message(due ? MessageImportance.High : MessageImportance.Low, $"{model}: {text}");
    }

    private void Show(string text, double? share)
    {
        log.LogMessage(MessageImportance.Low, "{0}", $"{model}: {text}");
        // "step 36 of 300" and "step 37 of 300" are one activity, and its numbers can wait.
        var what = share is null ? text : string.Concat(text.Where(char.IsLetter));
        var pause = TimeSpan.FromTicks(clock.Elapsed.Ticks / LinesOfAWhile);
        if (text == last || what == activity && clock.Elapsed - shown < (pause < Shortest ? Shortest : pause > Longest ? Longest : pause))
            return;
        (last, activity, shown) = (text, what, clock.Elapsed);
        live!.Show(text);
    }
}
