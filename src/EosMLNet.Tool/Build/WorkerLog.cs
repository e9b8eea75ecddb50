using System.Diagnostics;
using System.Globalization;
using EosMLNet.Build.Exchange;

namespace EosMLNet.Tool.Build;

/// <summary>Lines for the MSBuild task: what is going on, with its importance, and diagnostics in MSBuild's canonical form. Any thread may write.</summary>
internal sealed class WorkerLog(TextWriter output) : IDisposable
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(2);

    private readonly Lock writing = new();
    private readonly Stopwatch sinceLine = Stopwatch.StartNew(), sinceActivity = new();
    private (string Text, double? Share) current;
    private Timer? heartbeat;

    /// <summary>What everybody sees.</summary>
    internal void High(FormattableString text) => Write("high", FormattableString.Invariant(text));

    /// <summary>What <c>-v:n</c> shows.</summary>
    internal void Normal(FormattableString text) => Write("normal", FormattableString.Invariant(text));

    /// <summary>What <c>-v:d</c> and the binary log have.</summary>
    internal void Low(FormattableString text) => Write("low", FormattableString.Invariant(text));

    /// <summary>A line of what the build has made; the task shows them together, at the end.</summary>
    internal void Result(string line) => Write("result", line);

    /// <summary>What the worker does now, until the next call: it is repeated every two seconds, so that whoever shows it knows that the worker lives.</summary>
    /// <param name="text">A few words, without a full stop.</param>
    /// <param name="share">The share of a search that is done; null before and after one.</param>
    internal void Activity(string text, double? share = null)
    {
        lock (writing)
        {
            if (text != current.Text)
                sinceActivity.Restart();
            current = (text, share);
            WriteActivity();
            heartbeat ??= new Timer(_ => Repeat(), null, Silence, Silence / 4);
        }
    }

    /// <summary>A fault: at its own place where it has one, and otherwise at the item's in the project file.</summary>
    internal void Error(BuildRequest request, EosException e)
    {
        var item = request[BuildRequest.ItemName] is { Length: > 0 } name ? $" (of the EosModel item '{name}', {Place(request)})" : "";
        var (place, text) = e is { File: { } file, Line: { } line } ? ($"{file}({line.ToString(CultureInfo.InvariantCulture)})", $"{e.Code}: {e.Detail}{item}") : (Place(request), e.Message);
        lock (writing)
        {
            output.WriteLine($"{place} : error {text.ReplaceLineEndings(" ")}");
            output.Flush();
        }
    }

    public void Dispose() => heartbeat?.Dispose();

    private static string Place(BuildRequest request) =>
        request[BuildRequest.Origin] is { Length: > 0 } file ? request[BuildRequest.OriginLine] is "" or "0" ? file : $"{file}({request[BuildRequest.OriginLine]},{request[BuildRequest.OriginColumn]})" : "eos";

    private void Repeat()
    {
        lock (writing)
        {
            if (sinceLine.Elapsed >= Silence)
                WriteActivity();
        }
    }

    private void WriteActivity()
    {
        var waited = sinceActivity.Elapsed;
        var text = current.Share is null && waited >= Silence ? FormattableString.Invariant($"{current.Text}, {waited.TotalSeconds:0} s") : current.Text;
        Write(current.Share is { } share ? FormattableString.Invariant($"progress {share:0.0000}") : "progress", text);
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
