using System.Diagnostics;
using EosMLNet.Tool.CommandLine;

namespace EosMLNet.Tool.Tests;

/// <summary>What one run of <c>eos</c> returned and wrote.</summary>
internal sealed record EosRun(int ExitCode, string Output, string Error)
{
    /// <summary>It succeeded, and had nothing to complain of. Where not, all that it said is shown.</summary>
    internal void MustSucceed() => Assert.True((ExitCode, Error) == (0, ""), $"exit code {ExitCode}: {Error}");

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
    internal static async Task<EosRun> InChildProcess(IReadOnlyDictionary<string, string?> environment, params string[] arguments) =>
        await InChildProcess(environment, null, arguments);

    /// <summary>The same in a folder.</summary>
    internal static async Task<EosRun> InFolder(string folder, params string[] arguments) =>
        await InChildProcess(new Dictionary<string, string?>(), folder, arguments);

    private static async Task<EosRun> InChildProcess(IReadOnlyDictionary<string, string?> environment, string? folder, string[] arguments)
    {
        using var process = StartChild(environment, arguments, folder);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return new EosRun(process.ExitCode, await output, await error);
    }

    /// <summary>Runs the program in a process of its own, and sends it the signal of Ctrl+C when a search has begun its steps.</summary>
    internal static async Task<EosRun> Interrupted(params string[] arguments)
    {
        using var process = StartChild(new Dictionary<string, string?>(), arguments);
        try
        {
            var output = "";
            while (await process.StandardOutput.ReadLineAsync() is { } line && !line.Contains(" %, step ", StringComparison.Ordinal))
                output += line + "\n";
            Process.Start("kill", ["-INT", $"{process.Id}"]).Dispose(); // this one alone: its children hear of it from it
            var error = await process.StandardError.ReadToEndAsync().WaitAsync(TimeSpan.FromMinutes(3));
            await process.WaitForExitAsync();
            return new EosRun(process.ExitCode, output, error);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    internal static Process StartChild(IReadOnlyDictionary<string, string?> environment, string[] arguments, string? folder = null)
    {
        string[] program = ["dotnet", typeof(EosCommandLine).Assembly.Location, .. arguments];
        // Tests that run in the background may have been started with Ctrl+C ignored, which children inherit.
        string[] command = OperatingSystem.IsLinux() ? ["env", "--default-signal=INT", .. program] : program;
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder ?? "" };
        start.Environment.Remove("EOS_LIBTORCH");
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }
}
