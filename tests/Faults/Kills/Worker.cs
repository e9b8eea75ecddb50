using System.Diagnostics;
using System.Globalization;

namespace Faults.Kills;

/// <summary>A process that works until it is killed.</summary>
internal sealed class Worker : IDisposable
{
    /// <summary>What it writes when it begins, and in front of the seconds that a run took.</summary>
    internal const string Ready = "ready", Done = "done ";

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5); // for one run, on a busy machine
    private readonly Process process;
    private readonly Task<string> error;

    /// <param name="kind">What it works on.</param>
    /// <param name="place">Where.</param>
    /// <param name="once">Whether it ends after one run.</param>
    /// <param name="prepares">Whether it prepares the folder first.</param>
    internal Worker(KillKind kind, KillPlace place, bool once, bool prepares = false)
    {
        string[] arguments = [typeof(Worker).Assembly.Location, "work", "--kind", kind.Name, "--folder", place.Root,
            .. once ? ["--once"] : Array.Empty<string>(), .. prepares ? ["--prepare"] : Array.Empty<string>()];
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["TMPDIR"] = place.Temporary;
        start.Environment["DOTNET_EnableDiagnostics"] = "0"; // its pipes stay in the temporary folder
        process = Process.Start(start)!;
        error = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Waits until it has begun.</summary>
    internal void AwaitReady() => Expect(line => line == Ready);

    /// <summary>Waits until a run has come to its end, and says how long that took.</summary>
    internal TimeSpan AwaitDone() => TimeSpan.FromSeconds(double.Parse(
        Expect(line => line.StartsWith(Done, StringComparison.Ordinal))[Done.Length..], CultureInfo.InvariantCulture));

    /// <summary>Lets it go on behind its first run.</summary>
    internal void GoOn() => process.StandardInput.WriteLine();

    /// <summary>Kills it (SIGKILL), with how many runs it had told and nobody has read yet. False where it had ended by itself.</summary>
    internal (bool Killed, int Ended) Kill()
    {
        var ended = process.HasExited;
        process.Kill();
        process.WaitForExit();
        var runs = process.StandardOutput.ReadToEnd().Split('\n').Count(line => line.StartsWith(Done, StringComparison.Ordinal));
        if (ended && process.ExitCode != 0)
            throw new InvalidOperationException($"exit code {process.ExitCode}: {error.Result}");
        return (!ended, runs);
    }

    public void Dispose()
    {
        if (!process.HasExited)
            process.Kill();
        process.Dispose();
    }

    private string Expect(Func<string, bool> wanted)
    {
        while (process.StandardOutput.ReadLineAsync().WaitAsync(Longest).GetAwaiter().GetResult() is { } line)
            if (wanted(line))
                return line;
        process.WaitForExit();
        throw new InvalidOperationException($"exit code {process.ExitCode}: {error.Result}");
    }
}
