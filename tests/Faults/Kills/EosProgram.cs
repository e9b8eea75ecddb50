using EosMLNet.Tool;
using EosMLNet.Tool.CommandLine;

namespace Faults.Kills;

/// <summary>The program <c>eos</c>, in this process.</summary>
internal static class EosProgram
{
    /// <summary>Runs a command, which has to succeed.</summary>
    internal static void Run(params string[] arguments)
    {
        using StringWriter output = new(), error = new();
        var console = new EosConsole(TextWriter.Synchronized(output), TextWriter.Synchronized(error), isTerminal: false);
        var exitCode = EosCommandLine.RunAsync(arguments, console).GetAwaiter().GetResult();
        if (exitCode != ExitCodes.Success)
            throw new InvalidOperationException($"eos {string.Join(' ', arguments)}: exit code {exitCode}, {error}");
    }
}
