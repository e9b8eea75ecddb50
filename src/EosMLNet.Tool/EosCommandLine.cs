using System.CommandLine;
using EosMLNet.Tool.Ask;
using EosMLNet.Tool.Build;
using EosMLNet.Tool.Cluster;
using EosMLNet.Tool.CommandLine;
using EosMLNet.Tool.Completion;
using EosMLNet.Tool.Doctor;
using EosMLNet.Tool.Evaluate;
using EosMLNet.Tool.Export;
using EosMLNet.Tool.Forward;
using EosMLNet.Tool.Inspect;
using EosMLNet.Tool.Interpolate;
using EosMLNet.Tool.Presets;
using EosMLNet.Tool.Report;
using EosMLNet.Tool.Search;
using EosMLNet.Tool.Signing;

namespace EosMLNet.Tool;

/// <summary>The program's entry: parses the arguments and runs the command.</summary>
internal static class EosCommandLine
{
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    internal static async Task<int> RunAsync(string[] arguments, EosConsole console, CancellationToken cancellation = default)
    {
        var root = new RootCommand("Efficient Operator Search: makes a vision-language model cheaper to run by reducing its visual tokens.")
        {
            new SearchCommand(console),
            new EvaluateCommand(console),
            new ReportCommand(console),
            new AskCommand(console),
            new InspectCommand(console),
            new PresetCommand(console),
            new InterpolateCommand(console),
            new ExportCommand(console),
            new ForwardCommand(console),
            new SignCommand(console),
            new VerifyCommand(console),
            new ClusterCommand(console),
            new DoctorCommand(console),
            new CompletionCommand(console),
            new BuildCommand(console),
        };
        HelpWithExitCodes.AddTo(root);
        var parsed = root.Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            foreach (var message in Mistakes.Of(parsed))
                console.Diagnostic("error", $"{EosErrors.InvalidOption}: {message}");
            console.Error.WriteLine(
                $"`eos {(parsed.CommandResult.Command == root ? "" : parsed.CommandResult.Command.Name + " ")}--help` lists the options.");
            return ExitCodes.UserError;
        }
        return await parsed.InvokeAsync(new InvocationConfiguration
        {
            Output = console.Output,
            Error = console.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = TimeSpan.FromSeconds(30), // one training step or one batch ends before Ctrl+C takes effect
        }, cancellation);
    }
}
