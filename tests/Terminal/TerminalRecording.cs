using System.Diagnostics;

namespace EosMLNet.Tests.Terminal;

/// <summary>
/// What a program wrote to a terminal, byte for byte, and when. The program runs under <c>script</c> of util-linux, which gives it a real
/// terminal of the size that is asked for, so that it behaves as for a person.
/// <code>
/// var recording = TerminalRecording.Of("dotnet", ["build", "App.csproj"], columns: 80, workingFolder: folder);
/// Assert.Equal(0, recording.ExitCode);
/// var replay = recording.Replay();                     // what stood on the screen, and when
/// Assert.Empty(replay.Wrapped);                        // no line reached beyond the right edge
/// Assert.InRange(replay.LongestSilence.TotalSeconds, 0, 5);
/// Assert.Contains("succeeded", replay.Screen.Text);    // all lines, those that scrolled away first
/// </code>
/// </summary>
internal sealed record TerminalRecording
{
    private TerminalRecording(int columns, int rows, int exitCode, TimeSpan duration, IReadOnlyList<(TimeSpan Time, byte[] Bytes)> pieces) =>
        (Columns, Rows, ExitCode, Duration, Pieces) = (columns, rows, exitCode, duration, pieces);

    internal int Columns { get; }

    internal int Rows { get; }

    /// <summary>What the program returned.</summary>
    internal int ExitCode { get; }

    /// <summary>How long it ran.</summary>
    internal TimeSpan Duration { get; }

    /// <summary>The bytes as they came.</summary>
    internal IReadOnlyList<(TimeSpan Time, byte[] Bytes)> Pieces { get; }

    /// <summary>Whether this machine can record: it has <c>script</c> of util-linux.</summary>
    internal static bool IsPossible => OperatingSystem.IsLinux() && Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, "script")));

    /// <summary>Runs a program in a terminal and records it until it ends.</summary>
    /// <param name="program">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="columns">Width of the terminal.</param>
    /// <param name="rows">Height of the terminal.</param>
    /// <param name="workingFolder">Where it runs; <see langword="null"/> for here.</param>
    /// <param name="environment">Variables that are set, or taken away where the value is <see langword="null"/>.</param>
    /// <param name="limit">After how long it is ended by force. The default is two minutes.</param>
    /// <param name="interruptAfter">After how long Ctrl+C is pressed; <see langword="null"/> for never.</param>
    /// <param name="interruptAt">Ctrl+C is pressed when this was written; <see langword="null"/> for never.</param>
    /// <exception cref="TimeoutException">It took longer than the limit.</exception>
    internal static TerminalRecording Of(
        string program, IReadOnlyList<string> arguments, int columns = 80, int rows = 24, string? workingFolder = null, IReadOnlyDictionary<string, string?>? environment = null,
        TimeSpan? limit = null, TimeSpan? interruptAfter = null, string? interruptAt = null)
    {
        // The terminal that script makes has no size where its own input is none.
        var command = $"stty cols {columns} rows {rows}; exec {string.Join(' ', arguments.Prepend(program).Select(Quoted))}";
        var start = new ProcessStartInfo("script", ["-qefc", command, "/dev/null"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, WorkingDirectory = workingFolder ?? "",
        };
        start.Environment["TERM"] = "xterm-256color";
        start.Environment["LANG"] = "C.UTF-8";
        foreach (var name in new[] { "LC_ALL", "NO_COLOR", "CI", "EOS_LIBTORCH" })
            start.Environment.Remove(name);
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
            start.Environment[name] = value;
        start.Environment["SHELL"] = "/bin/sh";
        using var process = Process.Start(start)!;
        var clock = Stopwatch.StartNew();
        using var timeout = new Timer(_ => process.Kill(entireProcessTree: true), null, limit ?? TimeSpan.FromMinutes(2), Timeout.InfiniteTimeSpan);
        using var interrupt = new Timer(_ => Press(process, '\u0003'), null, interruptAfter ?? Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        var pieces = new List<(TimeSpan, byte[])>();
        var buffer = new byte[1 << 16];
        for (int count; (count = process.StandardOutput.BaseStream.Read(buffer)) > 0;)
        {
            pieces.Add((clock.Elapsed, buffer[..count]));
            if (interruptAt is not null && System.Text.Encoding.UTF8.GetString([.. pieces.SelectMany(piece => piece.Item2)]).Contains(interruptAt, StringComparison.Ordinal))
            {
                Press(process, '\u0003');
                interruptAt = null;
            }
        }
        process.WaitForExit();
        if (clock.Elapsed > (limit ?? TimeSpan.FromMinutes(2)))
            throw new TimeoutException($"{program} took longer than {limit}. It wrote: {System.Text.Encoding.UTF8.GetString([.. pieces.SelectMany(piece => piece.Item2)])}");
        return new(columns, rows, process.ExitCode, clock.Elapsed, pieces);
    }

    /// <summary>What a terminal of this size showed.</summary>
    internal TerminalReplay Replay() => TerminalReplay.Of(this);

    private static void Press(Process process, char key)
    {
        process.StandardInput.Write(key);
        process.StandardInput.Flush();
    }

    private static string Quoted(string argument) => $"'{argument.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
