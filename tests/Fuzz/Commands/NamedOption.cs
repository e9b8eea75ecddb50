using System.CommandLine;
using System.CommandLine.Parsing;

namespace Fuzz.Commands;

/// <summary>Options that choose some of the things that a program knows, by their names.</summary>
internal static class NamedOption
{
    /// <summary>Chooses several. Where none is named its value is null, and all are meant.</summary>
    /// <param name="option">The option.</param>
    /// <param name="what">What is chosen, for its description.</param>
    /// <param name="all">All that there are.</param>
    /// <param name="name">The name of each.</param>
    internal static Option<IReadOnlyList<T>> Several<T>(string option, string what, IReadOnlyList<T> all, Func<T, string> name) where T : class => new(option)
    {
        Description = $"{what}; all where none is named: {string.Join(", ", all.Select(name))}.",
        HelpName = "NAME",
        Arity = ArgumentArity.OneOrMore,
        CustomParser = result => [.. result.Tokens.Select(token => Find(result, token.Value, all, name)).OfType<T>()],
    };

    /// <summary>Chooses one, which must be named.</summary>
    internal static Option<T> One<T>(string option, string what, IReadOnlyList<T> all, Func<T, string> name) where T : class => new(option)
    {
        Description = $"{what}.", HelpName = "NAME", Required = true,
        CustomParser = result => Find(result, result.Tokens[0].Value, all, name),
    };

    private static T? Find<T>(ArgumentResult result, string asked, IReadOnlyList<T> all, Func<T, string> name) where T : class
    {
        var found = all.FirstOrDefault(one => name(one) == asked);
        if (found is null)
            result.AddError($"There is no '{asked}' for {((OptionResult)result.Parent!).Option.Name}.{Spelling.Suggestion(asked, all.Select(name))}");
        return found;
    }
}
