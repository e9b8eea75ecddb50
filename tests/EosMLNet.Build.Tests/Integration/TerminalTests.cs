using System.Text.RegularExpressions;
using EosMLNet.Tests.Terminal;
using EosMLNet.Tool.Tests;

namespace EosMLNet.Build.Tests.Integration;

/// <summary>What people see of a search in a terminal of 80 columns, where MSBuild's terminal logger shows little, and in a log.</summary>
public sealed class TerminalTests(TinyModel tiny) : IClassFixture<TinyModel>, IDisposable
{
    private readonly ThrowAway app = new ThrowAway(byServer: false).With("EOS_LIBTORCH", RealSearchTests.LibTorch());

    [Fact]
    public void A_search_shows_model_phase_share_and_remaining_time_and_ends_with_what_was_won_and_lost()
    {
        if (!OperatingSystem.IsLinux())
            return; // the recorder is the program script of util-linux
        Assert.True(TerminalRecording.IsPossible, "the program script of util-linux is missing");
        RealSearchTests.Project(app, tiny, " MaxAccuracyDrop=\"1\"", steps: 20).Restored();
        var recording = app.DotnetInTerminal("build", "--no-restore");
        var replay = recording.Replay();
        Assert.True(recording.ExitCode == 0, replay.Screen.Text);
        Assert.Empty(replay.Wrapped);
        var searching = replay.Frames.Where(frame => frame.Text.Contains("\n  tiny ", StringComparison.Ordinal) || frame.Text.StartsWith("  tiny ", StringComparison.Ordinal)).Select(frame => frame.Time).ToList();
        Assert.InRange(searching.Zip(searching.Skip(1)).Max(pair => (pair.Second - pair.First).TotalSeconds), 0, 5);

        var live = replay.Frames.SelectMany(frame => frame.Text.Split('\n')).Where(line => line.StartsWith("  tiny ", StringComparison.Ordinal)).ToList();
        Assert.Contains(live, line => Regex.IsMatch(line, @"^  tiny +loading the model \(\d+\.\ds\)$"));
        Assert.Contains(live, line => Regex.IsMatch(line, @"^  tiny +steps, \d+ percent, about \d+ (s|min) left \(\d+\.\ds\)$"));
        Assert.All(live, line => Assert.InRange(line.Length, 1, 80));
        var shares = live.Select(line => Regex.Match(line, @", (\d+) percent")).Where(match => match.Success).Select(match => int.Parse(match.Groups[1].Value)).ToList();
        Assert.Equal(shares.Order(), shares);
        Assert.InRange(shares.Distinct().Count(), 5, 101);

        Assert.Matches(@"  tiny succeeded \(\d+\.\ds\) → obj/eos/Debug/tiny\.zip\n(?:    .+\n)*    8 visual tokens a layer, \d+ at the end, [\d.]+ % of the MACs\n    accuracy [\d.]+ % in \w+, unreduced [\d.]+ %, over \d+ questions\n"
            + @"    gate passed: at most 100 points less accuracy\n    prefill [\d.]+ ms, unreduced [\d.]+ ms: ", replay.Screen.Text);
    }

    [Fact]
    public void A_log_has_at_least_a_line_for_each_tenth_and_the_result()
    {
        var run = RealSearchTests.Project(app, tiny, "", steps: 20).Restored().Dotnet("build", "--no-restore", "-v", "m").Succeeds();
        var shares = Regex.Matches(run.Output, @"tiny: (\d+) %, ").Select(match => int.Parse(match.Groups[1].Value)).ToList();
        Assert.InRange(shares.Count, 4, 30);
        Assert.All(shares.Zip(shares.Skip(1)), pair => Assert.True(pair.Second > pair.First, run.Output));
        Assert.Matches(@"tiny -> .*tiny\.zip\r?\n(?: +.+\n)* +8 visual tokens a layer", run.Output);
        Assert.Contains("no gate is set", run.Output);
    }

    public void Dispose() => app.Dispose();
}
