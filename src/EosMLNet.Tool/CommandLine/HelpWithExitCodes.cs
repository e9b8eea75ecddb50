using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace EosMLNet.Tool.CommandLine;

/// <summary>The usual help of every command, and below it the exit codes.</summary>
internal sealed class HelpWithExitCodes(HelpAction usual) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true; // whoever asks for help need not give the required options

    public override int Invoke(ParseResult parseResult)
    {
        var exitCode = usual.Invoke(parseResult);
        parseResult.InvocationConfiguration.Output.WriteLine(ExitCodes.Help);
        return exitCode;
    }

    internal static void AddTo(RootCommand root)
    {
        var help = root.Options.OfType<HelpOption>().Single();
        foreach (var alias in help.Aliases.Where(alias => alias.StartsWith('/')).ToArray())
            help.Aliases.Remove(alias); // offered beside paths otherwise
        help.Action = new HelpWithExitCodes((HelpAction)help.Action!);
    }
}
