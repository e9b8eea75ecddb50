namespace EosMLNet.Tests.Terminal;

/// <summary>A recording as it looked.</summary>
/// <param name="Screen">The screen at the end.</param>
/// <param name="Frames">The visible text, whenever it had changed.</param>
/// <param name="Duration">How long the recording is.</param>
internal sealed record TerminalReplay(TerminalScreen Screen, IReadOnlyList<(TimeSpan Time, string Text)> Frames, TimeSpan Duration)
{
    /// <summary>The rows that were continued on the next one, because a line was longer than the terminal is wide.</summary>
    internal IReadOnlyList<string> Wrapped => Screen.Wrapped;

    /// <summary>The longest time in which nothing changed on the screen, the beginning and the end included.</summary>
    internal TimeSpan LongestSilence => Silences.Max(silence => silence.Length);

    /// <summary>Each time in which nothing changed, and what stood on the screen meanwhile.</summary>
    internal IEnumerable<(TimeSpan Length, string Text)> Silences =>
        Frames.Prepend((TimeSpan.Zero, "")).Zip(Frames.Append((Duration, "")), (from, to) => (to.Item1 - from.Item1, from.Item2));

    internal static TerminalReplay Of(TerminalRecording recording)
    {
        var screen = new TerminalScreen(recording.Columns, recording.Rows);
        var frames = new List<(TimeSpan, string)>();
        foreach (var (time, bytes) in recording.Pieces)
        {
            screen.Write(bytes);
            if (frames.Count == 0 || frames[^1].Item2 != screen.Visible)
                frames.Add((time, screen.Visible));
        }
        return new(screen, frames, recording.Duration);
    }
}
