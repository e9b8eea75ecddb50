using System.Diagnostics;
using EosMLNet.Tests;

namespace Benchmarks.Speed;

/// <summary>Runs <c>eos</c> in a process of its own.</summary>
internal static class EosProcess
{
    /// <summary>Runs it, and tells how long it took and the most memory that it had.</summary>
    internal static (double Seconds, long Peak) Run(params string[] arguments)
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var program = Repository.At("src", "EosMLNet.Tool", "bin", output.Parent!.Name, output.Name, "eos.dll");
        var start = Stopwatch.GetTimestamp();
        using var process = Process.Start(new ProcessStartInfo("dotnet", [program, .. arguments]) { RedirectStandardOutput = true })!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        long peak = 0;
        while (!process.WaitForExit(100))
        {
            process.Refresh();
            peak = Math.Max(peak, process.PeakWorkingSet64);
        }
        return process.ExitCode == 0 ? (Stopwatch.GetElapsedTime(start).TotalSeconds, peak)
            : throw new InvalidOperationException($"eos {arguments[0]} failed with exit code {process.ExitCode}.");
    }
}
