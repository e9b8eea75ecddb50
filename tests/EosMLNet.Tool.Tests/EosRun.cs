using System.Diagnostics;
using EosMLNet.Tool.CommandLine;

namespace EosMLNet.Tool.Tests;

/// <summary>What one run of <c>eos</c> returned and wrote.</summary>
internal sealed record EosRun(int ExitCode, string Output, string Error)
{
    /// <summary>Runs the program's entry in this process, with what it writes captured as if redirected.</summary>
    internal static async Task<EosRun> Of(params string[] arguments) => await Cancellable(default, arguments);

    internal static async Task<EosRun> Cancellable(CancellationToken cancellation, params string[] arguments)
    {
        using StringWriter output = new(), error = new();
        var console = new EosConsole(TextWriter.Synchronized(output), TextWriter.Synchronized(error), isTerminal: false);
        var exitCode = await EosCommandLine.RunAsync(arguments, console, cancellation);
        return new EosRun(exitCode, output.ToString(), error.ToString());
    }

    /// <summary>Runs the program in a process of its own: what is loaded natively can be tested only there.</summary>
    internal static async Task<EosRun> InChildProcess(IReadOnlyDictionary<string, string?> environment, params string[] arguments)
    {
        using var process = StartChild(environment, arguments);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return new EosRun(process.ExitCode, await output, await error);
    }

    internal static Process StartChild(IReadOnlyDictionary<string, string?> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(EosCommandLine).Assembly.Location, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Remove("EOS_LIBTORCH");
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }
}
