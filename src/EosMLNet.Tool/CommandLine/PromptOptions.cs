using System.CommandLine;

namespace EosMLNet.Tool.CommandLine;

/// <summary>Options about the prompts around questions.</summary>
internal sealed class PromptOptions
{
    private readonly Option<string?> template = CommonOptions.PromptTemplate();
    private readonly Option<string?> system = CommonOptions.SystemText();

    internal IEnumerable<Option> All => [template, system];

    /// <summary>What the command line says; of a command without these options, nothing.</summary>
    internal PromptChoice Of(ParseResult values) => new(Unescaped(values.GetValue(template)), Unescaped(values.GetValue(system)));

    /// <summary>The text with line ends where <c>\n</c> is written.</summary>
    internal static string? Unescaped(string? text) => text?.Replace("\\n", "\n");
}
