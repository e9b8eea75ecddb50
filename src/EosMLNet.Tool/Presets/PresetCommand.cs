using System.CommandLine;
using EosMLNet.Search;
using EosMLNet.Tool.CommandLine;
using EosMLNet.Tool.Search;

namespace EosMLNet.Tool.Presets;

/// <summary><c>eos preset</c>: lists published methods, and makes a plan of one for a model and a budget.</summary>
internal sealed class PresetCommand : EosCommand
{
    private readonly Argument<string?> name = new("PRESET")
    {
        Description = "The method. Default: none, all are listed.",
        Arity = ArgumentArity.ZeroOrOne,
    };
    private readonly Option<bool> list = new("--list") { Description = "List the methods." };
    private readonly Option<string?> model = CommonOptions.Optional("--model", "DIR",
        "Folder of a vision-language model in Hugging Face layout, which the plan is for. Its weights are hashed, and not loaded.");
    private readonly Option<double?> tokens = Limit(ConstraintKind.MeanVisualTokens, "N", "");
    private readonly Option<double?> share = Limit(ConstraintKind.MeanVisualShare, "X", " One of both is needed.");
    private readonly Option<string?> output =
        CommonOptions.Optional("--output", "FILE", "Plan to write (.json). Default: none, the plan is shown.");

    public PresetCommand(EosConsole console)
        : base("preset", "Lists published methods, or makes the plan of one for a model, within a budget.", console)
    {
        tokens.Aliases.Add("--keep");
        name.CompletionSources.Add([.. Preset.All.Select(preset => preset.Name)]);
        Add(name);
        AddOptions(model, tokens, share, output, list);
    }

    protected override (int, object) Run(ParseResult values, CancellationToken cancellation)
    {
        if (values.GetValue(name) is not { } method || values.GetValue(list))
            return (ExitCodes.Success, List());
        var preset = Preset.Named(method);
        var budget = Budget(values, preset);
        var folder = values.GetValue(model) ?? throw new EosException(EosErrors.InvalidOption,
            "--model is missing. The plan of a preset is another for each model; expected the model's folder.");
        var plan = Console.While("Making the plan", () => PlanChoice.Of(budget).For(folder));
        return (ExitCodes.Success, Console.PrintOrSave(plan, values.GetValue(output)));
    }

    private object List()
    {
        Console.Table("", ["preset", "method", "what it does"],
            Preset.All.Select(preset => new[] { preset.Name, preset.Title, preset.Description }));
        Console.Line($"As a plan: --plan fastv:36 (mean visual tokens a layer) or --plan fastv:25% (a part of them).");
        return new { Presets = Preset.All };
    }

    private PresetBudget Budget(ParseResult values, Preset preset) => (values.GetValue(tokens), values.GetValue(share)) switch
    {
        ({ } number, null) => new(preset, number, IsShare: false),
        (null, > 0 and <= 1 and { } part) => new(preset, part, IsShare: true),
        (null, { } part) => throw new EosException(EosErrors.InvalidOption,
            FormattableString.Invariant($"{share.Name} is {part}. Expected above 0 and at most 1.")),
        (null, null) => throw new EosException(EosErrors.InvalidOption,
            $"{tokens.Name} is missing. Expected mean visual tokens a layer, such as {tokens.Name} 36, or a part of them, such as " +
            $"{share.Name} 0.25."),
        _ => throw new EosException(EosErrors.InvalidOption, $"{tokens.Name} and {share.Name} were both given; expected one of them."),
    };

    private static Option<double?> Limit(ConstraintKind kind, string help, string more) =>
        new(EosSettingNames.Of(SettingNames.Of(kind))) { HelpName = help, Description = kind.Description + more };
}
