using System.Diagnostics;
using EosMLNet.Build.Exchange;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace EosMLNet.Build.Tasks;

/// <summary>
/// What a build shows of a running worker. In a terminal: each activity, in the live line. In other logs: a line at every tenth of the
/// search, and one where nothing was said for half a minute. What is not shown is in the log at low importance.
/// </summary>
/// <param name="log">The task's log.</param>
/// <param name="model">The model's name, in front of each line.</param>
/// <param name="live">The terminal's line; null where there is none.</param>
internal sealed class SearchLines(TaskLoggingHelper log, string model, LiveLine? live)
{
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(30);

    private readonly Stopwatch clock = Stopwatch.StartNew();
    private TimeSpan said;
    private int tenth;

    internal void Message(MessageImportance importance, string text)
    {
        log.LogMessage(importance, "{0}", text);
        if (importance == MessageImportance.High)
            said = clock.Elapsed;
    }

    /// <summary>What the worker does in front of and behind a search.</summary>
    internal void Activity(string text) => Tell(text, text, isNew: false);

    /// <summary>Where a search stands.</summary>
    /// <param name="phase">One of <see cref="LiveTargets.Phases"/>.</param>
    /// <param name="share">The share of the whole that is done, from 0 to 1.</param>
    /// <param name="seconds">What is left; null where nobody knows.</param>
    /// <param name="text">All of it for people.</param>
    internal void Progress(string phase, double share, int? seconds, string text)
    {
        var now = (int)(10 * share);
        Tell(LiveTargets.Of(phase, share, seconds), text, isNew: now > tenth);
        tenth = Math.Max(tenth, now);
    }

    private void Tell(string target, string text, bool isNew)
    {
        live?.Show(target);
        var aloud = live is null && (isNew || clock.Elapsed - said >= LongestSilence);
        Message(aloud ? MessageImportance.High : MessageImportance.Low, $"{model}: {text}");
    }
}
