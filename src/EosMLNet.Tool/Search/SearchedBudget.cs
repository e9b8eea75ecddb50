using System.CommandLine;
using System.Globalization;

namespace EosMLNet.Tool.Search;

/// <summary>
/// The limits of one of the searches that a command line asks for: where a limit was given several values, each is a search.
/// </summary>
/// <param name="Option">The option with several values; <see langword="null"/> where none has.</param>
/// <param name="Value">Which of its values.</param>
internal sealed record SearchedBudget(string? Option, double Value)
{
    /// <summary>All of them, in the order of the values.</summary>
    /// <exception cref="EosException">EOS1013: more than one limit has several values, or a value is there twice.</exception>
    internal static IReadOnlyList<SearchedBudget> All(ParseResult values, params Option<double[]?>[] limits)
    {
        var several = limits.Where(limit => values.GetValue(limit) is { Length: > 1 }).ToArray();
        if (several.Length > 1)
            throw new EosException(EosErrors.InvalidOption,
                $"{several[0].Name} and {several[1].Name} both have several values; expected several of one limit at most.");
        if (several.Length == 0)
            return [new(null, 0)];
        var each = values.GetValue(several[0])!;
        if (each.Distinct().Count() < each.Length)
            throw new EosException(EosErrors.InvalidOption, $"{several[0].Name} has a value twice; expected each once.");
        return [.. each.Select(value => new SearchedBudget(several[0].Name, value))];
    }

    /// <summary>The value as text; <see langword="null"/> where there is only one search.</summary>
    internal string? Name => Option is null ? null : Value.ToString(CultureInfo.InvariantCulture);

    /// <summary>What this search may spend of a limit.</summary>
    internal double? Of(ParseResult values, Option<double[]?> limit) =>
        limit.Name == Option ? Value : values.GetValue(limit) is { Length: > 0 } one ? one[0] : null;

    /// <summary>A file's name for this search: plan.json becomes plan-16.json.</summary>
    internal string Named(string file) =>
        Name is null ? file
            : Path.Combine(Path.GetDirectoryName(file) ?? "", $"{Path.GetFileNameWithoutExtension(file)}-{Name}{Path.GetExtension(file)}");
}
