using System.Text;
using EosMLNet.Tests.Terminal;

namespace EosMLNet.Tool.Tests.Terminal;

public class TerminalScreenTests
{
    [Theory]
    [InlineData("ab\r\ncd", "ab\ncd")]
    [InlineData("12345678901", "1234567890\n1")]
    [InlineData("1234567890\r\nx", "1234567890\nx")] // a full row alone does not go on
    [InlineData("hello\rj", "jello")]
    [InlineData("hello\r\u001b[Kj", "j")]
    [InlineData("a\r\nb\r\nc\u001b[2A\u001b[1Gx", "x\nb\nc")]
    [InlineData("a\r\nb\r\nc\u001b[H\u001b[J", "")]
    [InlineData("\u001b[31mred\u001b[0m\u001b]0;title\a!", "red!")]
    [InlineData("\u001b[?25l\u001b[?2026hab\bc\u001b[?25h", "ac")]
    [InlineData("γ ─ ∞", "γ ─ ∞")]
    public void It_shows_what_a_terminal_shows(string written, string seen)
    {
        var screen = new TerminalScreen(10, 3);
        foreach (var piece in Encoding.UTF8.GetBytes(written))
            screen.Write([piece]); // characters may come in halves
        Assert.Equal(seen, screen.Visible);
    }

    [Fact]
    public void Rows_that_scroll_away_are_kept_and_those_that_go_on_below_are_told()
    {
        var screen = new TerminalScreen(5, 2);
        screen.Write("one\r\ntwo\r\n1234567\r\nend"u8);
        Assert.Equal("67\nend", screen.Visible);
        Assert.Equal("one\ntwo\n12345\n67\nend", screen.Text);
        Assert.Equal(["12345"], screen.Wrapped);
    }

    [LinuxFact]
    public void A_program_that_is_recorded_writes_to_a_terminal_of_the_size_asked_for()
    {
        var recording = TerminalRecording.Of("sh", ["-c", "test -t 1 && stty size; printf 'a b'; sleep 0.4; printf '\\rc'; exit 3"], columns: 61, rows: 17);
        Assert.Equal(3, recording.ExitCode);
        var replay = recording.Replay();
        Assert.Equal("17 61\nc b", replay.Screen.Text);
        Assert.InRange(replay.LongestSilence.TotalSeconds, 0.3, 5);
    }

    [LinuxFact]
    public void Ctrl_C_reaches_it()
    {
        var recording = TerminalRecording.Of("sleep", ["30"], interruptAfter: TimeSpan.FromSeconds(0.5));
        Assert.Equal(130, recording.ExitCode);
        Assert.InRange(recording.Duration.TotalSeconds, 0.4, 20);
    }
}
