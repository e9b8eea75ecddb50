using System.CommandLine;
using EosMLNet.Tool.CommandLine;

namespace EosMLNet.Tool.Completion;

/// <summary>
/// <c>eos completion</c>: the script by which a shell completes commands, options and their values. It asks the directive
/// <c>[suggest]</c> of System.CommandLine, so that what is offered is what there is.
/// </summary>
internal sealed class CompletionCommand : EosCommand
{
    private readonly Argument<CompletionShell> shell = new("SHELL")
    {
        Description = "bash, zsh, pwsh (PowerShell) or fish.",
        HelpName = "bash|zsh|pwsh|fish",
    };

    public CompletionCommand(EosConsole console)
        : base("completion",
            "Prints a script that lets a shell complete commands, options and values. Its first lines say where it is put.", console)
    {
        shell.CompletionSources.Clear();
        shell.CompletionSources.Add([.. Enum.GetNames<CompletionShell>().Select(name => name.ToLowerInvariant())]);
        Add(shell);
        AddOptions();
    }

    protected override (int, object) Run(ParseResult values, CancellationToken cancellation)
    {
        var name = values.GetRequiredValue(shell).ToString().ToLowerInvariant();
        using var file = typeof(CompletionCommand).Assembly.GetManifestResourceStream($"Completion/eos.{name}")!;
        using var reader = new StreamReader(file);
        var script = reader.ReadToEnd();
        Console.Exclusively(() => Console.Output.Write(script));
        return (ExitCodes.Success, new { Shell = name, Script = script });
    }
}
