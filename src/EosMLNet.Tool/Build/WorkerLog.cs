using System.Diagnostics;
using System.Globalization;
using EosMLNet.Build.Exchange;
using EosMLNet.Search;

namespace EosMLNet.Tool.Build;

/// <summary>
/// Lines for the MSBuild task: what is going on, with its importance, and diagnostics in MSBuild's canonical form. Any thread may write.
/// </summary>
internal sealed class WorkerLog(TextWriter output) : IDisposable
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(2);

    private readonly Lock writing = new();
    private readonly Stopwatch sinceLine = Stopwatch.StartNew();
    private string kind = "", current = "";
    private Timer? heartbeat;

    /// <summary>What everybody sees.</summary>
    internal void High(FormattableString text) => Write("high", FormattableString.Invariant(text));

    /// <summary>What <c>-v:n</c> shows.</summary>
    internal void Normal(FormattableString text) => Write("normal", FormattableString.Invariant(text));

    /// <summary>What <c>-v:d</c> and the binary log have.</summary>
    internal void Low(FormattableString text) => Write("low", FormattableString.Invariant(text));

    /// <summary>
    /// What people should know although nothing is wrong. It is said again with the result, which is all that the terminal logger shows.
    /// </summary>
    internal void Note(string text)
    {
        High($"Note: {text}");
        foreach (var line in BuildReport.Wrapped($"note: {text}"))
            Result(line);
    }

    /// <summary>A line of what the build has made; the task shows them together, at the end.</summary>
    internal void Result(string line) => Write("result", line);

    /// <summary>What the worker does now, in front of and behind a search: one of the names of <see cref="LiveTargets"/>.</summary>
    internal void Activity(string name) => Say("activity", name);

    /// <summary>Where a search stands.</summary>
    internal void Progress(SearchProgress progress)
    {
        var left = progress.Remaining is { } rest ? $", {SearchProgress.Duration(rest)} left" : "";
        var seconds = progress.Remaining is { } time ? Math.Ceiling(time.TotalSeconds).ToString("0", CultureInfo.InvariantCulture) : "-";
        Say(
            FormattableString.Invariant($"progress {progress.Fraction:0.0000} {seconds} {LiveTargets.Phases[(int)progress.Phase]}"),
            FormattableString.Invariant($"{Math.Floor(100 * progress.Fraction):0} %, {progress.Activity}{left}"));
    }

    /// <summary>A fault: at its own place where it has one, and otherwise at the item's in the project file.</summary>
    internal void Error(BuildRequest request, EosException e)
    {
        var item = request[BuildRequest.ItemName] is { Length: > 0 } name ? $" (of the EosModel item '{name}', {Place(request)})" : "";
        var (place, text) = e is { File: { } file, Line: { } line }
            ? (FormattableString.Invariant($"{file}({line})"), $"{e.Code}: {e.Detail}{item}")
            : (Place(request), e.Message);
        lock (writing)
        {
            output.WriteLine($"{place} : error {text.ReplaceLineEndings(" ")}");
            output.Flush();
        }
    }

    public void Dispose() => heartbeat?.Dispose();

    private static string Place(BuildRequest request) =>
        request[BuildRequest.Origin] is not { Length: > 0 } file ? "eos"
            : request[BuildRequest.OriginLine] is "" or "0" ? file
            : $"{file}({request[BuildRequest.OriginLine]},{request[BuildRequest.OriginColumn]})";

    // Until the next call it is repeated every two seconds, so that whoever shows it knows that the worker lives.
    private void Say(string what, string text)
    {
        lock (writing)
        {
            (kind, current) = (what, text);
            Write(kind, current);
            heartbeat ??= new Timer(_ => Repeat(), null, Silence, Silence / 4);
        }
    }

    private void Repeat()
    {
        lock (writing)
        {
            if (sinceLine.Elapsed >= Silence)
                Write(kind, current);
        }
    }

    private void Write(string kind, string text)
    {
        lock (writing)
        {
            output.WriteLine($"##eos {kind}: {text.ReplaceLineEndings(" ")}");
            output.Flush();
            sinceLine.Restart();
        }
    }
}
