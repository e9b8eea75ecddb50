using System.CommandLine;

namespace EosMLNet.Tool.CommandLine;

/// <summary>What is wrong with a command line, with the name that was probably meant.</summary>
internal static class Mistakes
{
    /// <summary>The messages; a name that is not known comes first, for the others often follow from it.</summary>
    internal static IEnumerable<string> Of(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        string[] names = [.. parsed.UnmatchedTokens.Where((token, i) => i == 0 || token.StartsWith('-'))];
        foreach (var name in names)
            yield return Unknown(name, command);
        foreach (var error in parsed.Errors)
        {
            // Said above, or because of it.
            if (parsed.UnmatchedTokens.Any(token => error.Message.Contains($"'{token}'", StringComparison.Ordinal))
                || names.Length > 0 && command.Subcommands.Count > 0)
                continue;
            yield return error.Message;
        }
    }

    private static string Unknown(string name, Command command)
    {
        var isOption = name.StartsWith('-');
        var what = isOption ? "an option" : command.Subcommands.Count > 0 ? "a command" : "an argument";
        var known = isOption ? command.Options.Where(option => !option.Hidden).Select(option => option.Name)
            : command.Subcommands.Select(sub => sub.Name);
        return $"'{name}' is not {what} of eos{(command is RootCommand ? "" : $" {command.Name}")}.{Spelling.Suggestion(name, known)}";
    }
}
