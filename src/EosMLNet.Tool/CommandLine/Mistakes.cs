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
        var nearest = known.OrderBy(other => Distance(name, other)).FirstOrDefault();
        var near = nearest is not null && Distance(name, nearest) <= Math.Max(1, name.Length / 4) ? $" Did you mean '{nearest}'?" : "";
        return $"'{name}' is not {what} of eos{(command is RootCommand ? "" : $" {command.Name}")}.{near}";
    }

    /// <summary>
    /// How many characters must be added, taken away, exchanged or swapped with their neighbours to make one of the other.
    /// </summary>
    internal static int Distance(string a, string b)
    {
        var costs = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                costs[i, j] = i == 0 || j == 0 ? i + j
                    : Math.Min(Math.Min(costs[i - 1, j], costs[i, j - 1]) + 1, costs[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    costs[i, j] = Math.Min(costs[i, j], costs[i - 2, j - 2] + 1);
            }
        }
        return costs[a.Length, b.Length];
    }
}
