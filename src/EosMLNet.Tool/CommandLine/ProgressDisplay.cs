using System.Diagnostics;
using System.Globalization;

namespace EosMLNet.Tool.CommandLine;

/// <summary>
/// Shows that a piece of work goes on: in a terminal one line that is written anew, its time running whether or not there is news;
/// elsewhere a line for each phase, every 5 % and every 10 seconds.
/// </summary>
internal sealed class ProgressDisplay : IDisposable
{
    private static readonly TimeSpan Redraw = TimeSpan.FromSeconds(0.5), LineEvery = TimeSpan.FromSeconds(10),
        LinesApart = TimeSpan.FromSeconds(1);
    private const int BarWidth = 10, PercentsOfLine = 5;

    private readonly EosConsole console;
    private readonly string title;
    private readonly bool isLive;
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private readonly Timer timer;
    private ProgressNote? note;
    private TimeSpan noted, lastLine;
    private string drawn = "";
    private string? lastPhase;
    private int lastPercent;
    private bool isDone;

    internal ProgressDisplay(EosConsole console, string title)
    {
        (this.console, this.title, isLive) = (console, title, console.IsTerminal);
        Tick(); // the work is seen from its first moment on
        timer = new Timer(_ => console.Exclusively(Tick), null, Redraw, Redraw);
    }

    internal TimeSpan Elapsed => clock.Elapsed;

    internal void Report(ProgressNote news) => console.Exclusively(() =>
    {
        (note, noted) = (news, clock.Elapsed);
        Tick();
    });

    /// <summary>Takes the line away, so that another can be written in its place.</summary>
    internal void Erase()
    {
        if (drawn.Length == 0)
            return;
        console.Output.Write($"\r{new string(' ', drawn.Length)}\r");
        drawn = "";
    }

    /// <summary>The work has succeeded. One line stays that says so, where there was a share of it.</summary>
    internal void Finish() => console.Exclusively(() =>
    {
        isDone = true;
        Erase();
        if (note is not null)
            console.Output.WriteLine(Fitted(console.Width - 1, $"{title}: 100 %, ", [], "done", [], $" in {Duration(clock.Elapsed)}"));
    });

    /// <inheritdoc/>
    public void Dispose()
    {
        timer.Dispose();
        console.Exclusively(() =>
        {
            isDone = true; // a tick may still be on its way
            Erase();
        });
    }

    private void Tick()
    {
        if (isDone)
            return;
        if (isLive)
            Draw();
        else
            WriteLine();
    }

    // The percentage stands first and whole, whatever there is room for behind it.
    private void Draw()
    {
        var width = console.Width - 1; // a full row would make some terminals begin the next one
        var text = note is null ? Fitted(width, "", [], title, [], $"  {Clock(clock.Elapsed)}")
            : Fitted(width, $"{Percent,3} % ", [$"{Bar()} {title}: ", $"{Bar()} ", ""], note.Activity, note.Details,
                $"  {Clock(clock.Elapsed)}{Left()}");
        text = console.Text.Of(text);
        if (text == drawn)
            return;
        console.Output.Write($"\r{text.PadRight(Math.Min(width, drawn.Length))}\r{text}");
        console.Output.Flush();
        drawn = text;
    }

    private void WriteLine()
    {
        var now = clock.Elapsed;
        var phase = note?.Phase ?? "";
        var isDue = now - lastLine >= LineEvery
            || note is not null && (phase != lastPhase || Percent >= lastPercent + PercentsOfLine && now - lastLine >= LinesApart);
        if (!isDue)
            return;
        console.Output.WriteLine(console.Text.Of(note is null ? Fitted(console.Width - 1, $"{title}: ", [], "", [], Duration(now))
            : Fitted(console.Width - 1, $"{title}: {Percent} %, ", [], note.Activity, note.Details,
                $", {Duration(now)}{(Left() is { Length: > 0 } left ? left : "")}")));
        console.Output.Flush();
        (lastLine, lastPhase, lastPercent) = (now, note is null ? null : phase, note is null ? 0 : Percent);
    }

    private int Percent => Math.Min(99, (int)Math.Floor(100 * note!.Fraction + 1e-6));

    private string Bar()
    {
        var full = (int)Math.Round(BarWidth * Math.Clamp(note!.Fraction, 0, 1));
        return new string('█', full) + new string('░', BarWidth - full);
    }

    // Between two notes the rest becomes less by itself; no rest is told rather than none.
    private string Left()
    {
        if (note!.Remaining is not { } rest)
            return "";
        var left = rest - (clock.Elapsed - noted);
        return left < TimeSpan.FromSeconds(1) ? "" : $", {(isLive ? Clock(left) : Duration(left))} left";
    }

    // The richest wording that fits: begin, optional ornament, activity, as many details as there is room for, end.
    private static string Fitted(int width, string begin, string[] ornaments, string activity, IReadOnlyList<string> details, string end)
    {
        foreach (var ornament in ornaments.DefaultIfEmpty(""))
        {
            for (var count = details.Count; count >= (ornament.Length > 0 ? details.Count : 0); count--)
            {
                var text = $"{begin}{ornament}{string.Join(", ", details.Take(count).Prepend(activity))}{end}";
                if (text.Length <= width)
                    return text;
            }
        }
        var room = width - begin.Length - end.Length;
        return room >= 8 ? $"{begin}{activity[..Math.Min(activity.Length, room)]}{end}"
            : begin.Length > 0 && begin.Length <= width ? begin.TrimEnd() : activity[..Math.Clamp(width, 0, activity.Length)];
    }

    private static string Clock(TimeSpan time) => time.TotalHours >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}")
        : string.Create(CultureInfo.InvariantCulture, $"{time.Minutes}:{time.Seconds:00}");

    private static string Duration(TimeSpan time) => EosMLNet.Search.SearchProgress.Duration(time);
}
