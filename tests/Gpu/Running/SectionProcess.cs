using System.Diagnostics;
using Gpu.Report;

namespace Gpu.Running;

/// <summary>This program once more, for one section.</summary>
internal static class SectionProcess
{
    /// <summary>Runs a section and waits for its end, or ends it when its time is up.</summary>
    internal static SectionState Run(string name, string device, string shape, string part, TimeSpan limit, params IEnumerable<KeyValuePair<string, string>> variables)
    {
        var clock = Stopwatch.StartNew();
        string? lastError = null;
        using var process = new Process { StartInfo = Start("section", name, "--part", part, "--device", device, "--shape", shape) };
        foreach (var (variable, value) in variables)
            process.StartInfo.Environment[variable] = value;
        process.ErrorDataReceived += (_, line) =>
        {
            if (string.IsNullOrWhiteSpace(line.Data))
                return;
            Console.Error.WriteLine($"  {line.Data}");
            if (!line.Data.TrimStart().StartsWith("at ", StringComparison.Ordinal)) // where a crash was says less than what it was
                lastError = line.Data;
        };
        process.Start();
        process.BeginErrorReadLine();
        var ended = process.WaitForExit(limit);
        if (!ended)
            process.Kill(entireProcessTree: true);
        process.WaitForExit(); // also for the rest of what it wrote
        var seconds = Math.Round(clock.Elapsed.TotalSeconds, 1);
        return (ended, process.ExitCode) switch
        {
            (false, _) => new SectionState(name, "timed out", seconds, FormattableString.Invariant($"not done after {limit.TotalSeconds:0} s")),
            (_, 0) => new SectionState(name, "done", seconds, null),
            (_, var code) => new SectionState(name, "failed", seconds, lastError ?? $"the process ended with code {code}"),
        };
    }

    // Published, this process is the program itself; else it is the .NET host with the program as its argument.
    private static ProcessStartInfo Start(params string[] arguments)
    {
        var isHost = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet";
        return new ProcessStartInfo(Environment.ProcessPath!, isHost ? [typeof(SectionProcess).Assembly.Location, .. arguments] : arguments) { RedirectStandardError = true };
    }
}
