using System.Diagnostics;
using System.Text.RegularExpressions;
using EosMLNet.Tests.Terminal;

namespace EosMLNet.Tool.Tests.Search;

/// <summary>The real program with the shipped model, as it looks in a terminal and in a pipe.</summary>
public sealed partial class SearchInTerminalTests : IDisposable
{
    private readonly ScenesData scenes = new(images: 16);

    private string[] Arguments(string plan, params string[] more) =>
        ["search", "--model", ScenesData.Model, "--data", scenes.Table, "--images", scenes.Images, "--device", "cpu", "--mean-visual-tokens", "16", "--steps", "12", "--batch-size", "8", "--output", scenes[plan], .. more];

    [LinuxFact]
    public void In_80_columns_every_phase_has_a_line_that_changes_and_nothing_wraps()
    {
        var recording = TerminalRecording.Of("dotnet", [typeof(EosCommandLine).Assembly.Location, .. Arguments("terminal.json")]);
        var replay = recording.Replay();
        Assert.True(recording.ExitCode == 0, replay.Screen.Text);
        Assert.InRange(replay.LongestSilence.TotalSeconds, 0, 5);
        // A path may be longer than any terminal, and libtorch says what it will about an old processor.
        Assert.All(replay.Wrapped, line => Assert.True(line.Contains(Path.GetTempPath().TrimEnd('/'), StringComparison.Ordinal) || line.Contains("NNPACK", StringComparison.Ordinal), line));
        string[] live = [.. replay.Frames.Select(frame => frame.Text.Split('\n')[^1]).Where(line => Percent().IsMatch(line))];
        int[] percents = [.. live.Select(line => int.Parse(Percent().Match(line).Groups[1].Value))];
        Assert.Equal(percents.Order(), percents);
        Assert.InRange(percents[0], 0, 20);
        Assert.All(percents, percent => Assert.InRange(percent, 0, 99));
        foreach (var phase in new[] { "image ", "unreduced model, question ", "step " })
            Assert.True(live.Any(line => line.Contains(phase, StringComparison.Ordinal)), $"No line has \"{phase}\".");
        // Trials of one kind, and the last measurement of a few questions, may be over before the line is written again.
        Assert.Contains(live, line => line.Contains(", trial ", StringComparison.Ordinal) || line.Contains("last measurement, question ", StringComparison.Ordinal));
        Assert.Contains(live, line => line.Contains(", loss ", StringComparison.Ordinal) && line.Contains(" tokens  ", StringComparison.Ordinal));
        Assert.Contains(live, line => line.EndsWith(" left", StringComparison.Ordinal));
        // Neither beginning nor end stand still: no percentage stays for half of the time.
        var longest = replay.Frames.Zip(replay.Frames.Skip(1)).Where(pair => Percent().IsMatch(pair.First.Text.Split('\n')[^1]))
            .GroupBy(pair => Percent().Match(pair.First.Text.Split('\n')[^1]).Groups[1].Value).Max(same => same.Sum(pair => (pair.Second.Time - pair.First.Time).TotalSeconds));
        Assert.InRange(longest, 0, recording.Duration.TotalSeconds / 2);
        Assert.Contains("Searching: 100 %, done in ", replay.Screen.Text);
        Assert.Contains("Plan written to ", replay.Screen.Text);
    }

    [LinuxFact]
    public async Task In_a_pipe_there_are_plain_lines_of_80_columns()
    {
        using var process = EosRun.StartChild(new Dictionary<string, string?> { ["LANG"] = "de_DE.ISO-8859-1", ["LC_ALL"] = null }, Arguments("pipe.json"));
        var (clock, last, silence) = (Stopwatch.StartNew(), TimeSpan.Zero, TimeSpan.Zero);
        var lines = new List<string>();
        var error = process.StandardError.ReadToEndAsync();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            lines.Add(line);
            (silence, last) = (clock.Elapsed - last > silence ? clock.Elapsed - last : silence, clock.Elapsed);
        }
        await process.WaitForExitAsync();
        Assert.Equal((0, ""), (process.ExitCode, string.Concat((await error).Split('\n').Where(line => !line.Contains("NNPACK", StringComparison.Ordinal))))); // libtorch, on an old processor
        Assert.InRange(silence.TotalSeconds, 0, 15); // every ten, and the machine may be busy
        Assert.All(lines, line => Assert.DoesNotContain(line, char.IsControl));
        Assert.All(lines.Where(line => !line.Contains(Path.GetTempPath(), StringComparison.Ordinal) && !line.StartsWith("Model ", StringComparison.Ordinal)), line => Assert.InRange(line.Length, 0, 80));
        Assert.All(lines, line => Assert.DoesNotContain('?', line)); // rules and Greek letters have their ASCII
        Assert.InRange(lines.Count(line => line.StartsWith("Searching: ", StringComparison.Ordinal)), 7, 60);
    }

    [LinuxFact]
    public void Ctrl_C_in_a_terminal_says_how_to_go_on_and_the_next_run_from_where()
    {
        string[] arguments = [typeof(EosCommandLine).Assembly.Location, .. Arguments("stopped.json", "--steps", "100000", "--checkpoint", scenes["state"])];
        arguments = [.. arguments.Where((_, i) => !(arguments[i] == "12" || i + 1 < arguments.Length && arguments[i + 1] == "12"))];
        var first = TerminalRecording.Of("dotnet", arguments, interruptAt: ", loss ");
        Assert.Equal(130, first.ExitCode);
        var said = first.Replay().Screen.Text.ReplaceLineEndings("");
        Assert.Contains("Cancelled. The search is kept in ", said);
        Assert.True(File.Exists($"{scenes["state"]}.1"));
        var again = TerminalRecording.Of("dotnet", arguments, interruptAt: "The search goes on from step ");
        Assert.Contains("The search goes on from step ", again.Replay().Screen.Text);
    }

    [GeneratedRegex(@"^ *(\d{1,3}) %( |$)")]
    private static partial Regex Percent();

    public void Dispose() => scenes.Dispose();
}
