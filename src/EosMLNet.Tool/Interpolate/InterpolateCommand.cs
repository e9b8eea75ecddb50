using System.CommandLine;
using EosMLNet.Tool.CommandLine;

namespace EosMLNet.Tool.Interpolate;

/// <summary><c>eos interpolate</c>: a plan for a budget between those of a front.</summary>
internal sealed class InterpolateCommand : EosCommand
{
    private readonly Argument<string[]> plans = new("PLAN")
    {
        Description = "Plans of one front (.json), two or more: what eos search --front wrote.",
        Arity = ArgumentArity.OneOrMore,
    };
    private readonly Option<double> tokens = new("--mean-visual-tokens")
    {
        HelpName = "N",
        Description = "The budget: the most visual tokens that enter a layer, averaged over layers. Not below the tightest plan's.",
        Required = true,
    };
    private readonly Option<string?> output =
        CommonOptions.Optional("--output", "FILE", "Plan to write (.json). Default: none, the plan is shown.");

    public InterpolateCommand(EosConsole console)
        : base("interpolate", "Makes a plan for a budget between those of a front, without a search.", console)
    {
        Add(plans);
        AddOptions(tokens, output);
    }

    protected override (int, object) Run(ParseResult values, CancellationToken cancellation)
    {
        var family = new PlanFamily(values.GetRequiredValue(plans).Select(file => PlanChoice.Of(file).Loaded
            ?? throw new EosException(EosErrors.InvalidOption, $"'{file}' is a preset. Expected plans that a search wrote.")));
        return (ExitCodes.Success, Console.PrintOrSave(family.At(values.GetValue(tokens)), values.GetValue(output)));
    }
}
