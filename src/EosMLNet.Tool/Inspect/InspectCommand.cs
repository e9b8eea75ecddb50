using System.CommandLine;
using EosMLNet.Tool.CommandLine;

namespace EosMLNet.Tool.Inspect;

/// <summary><c>eos inspect</c>: what a plan, a saved ML.NET model or a checkpoint folder holds.</summary>
internal sealed class InspectCommand : EosCommand
{
    private readonly Argument<string> path = new("PATH")
    {
        Description = "A plan (.json), a saved ML.NET model (.zip), a checkpoint folder, or a preset with its budget, such as fastv:36.",
    };
    private readonly Option<string?> model = CommonOptions.Optional("--model", "DIR", "For a preset: the model that it is for.");

    public InspectCommand(EosConsole console)
        : base("inspect",
            "Prints what a plan, a saved model or a checkpoint folder holds: sites, cost of each layer, constraints, provenance.", console)
    {
        Add(path);
        path.CompletionSources.Add(PlanChoice.Completions);
        AddOptions(model);
    }

    protected override (int, object) Run(ParseResult values, CancellationToken cancellation)
    {
        var file = values.GetRequiredValue(path);
        if (Directory.Exists(file))
            return (ExitCodes.Success, Print(Console.While("Reading the checkpoint", () => CheckpointSummary.Read(file))));
        if (!File.Exists(file) && PresetBudget.IsMeant(file))
            return (ExitCodes.Success, Console.PrintPlan(PlanChoice.Of(file).For(values.GetValue(model) ?? throw new EosException(
                EosErrors.InvalidOption, $"--model is missing. '{file}' is a preset, whose plan is another for each model."))));
        if (!File.Exists(file))
            throw new EosException(EosErrors.FileMissing,
                $"There is no '{file}'. Expected a plan, a saved ML.NET model or a checkpoint folder.");
        return (ExitCodes.Success, Console.PrintPlan(PlanChoice.Of(file).Loaded!));
    }

    private CheckpointSummary Print(CheckpointSummary model)
    {
        var encoder = model.Config.Encoder;
        Console.Table("", ["part", "layers", "width", "feed-forward", "heads", "key-value heads"],
        [
            ["vision tower", $"{encoder.Layers}", $"{encoder.Width}", $"{encoder.FeedForward}", $"{encoder.Heads}", ""],
            ["decoder", $"{model.Config.Text.LayerCount}", $"{model.Config.Text.HiddenSize}", $"{model.Config.Text.IntermediateSize}",
                $"{model.Config.Text.HeadCount}", $"{model.Config.Text.KeyValueHeadCount}"],
        ]);
        Console.Line($"{model.Parameters} parameters in {model.StoredType}; {(model.HasTokenizer ? "with" : "without")} tokenizer.");
        Console.Line($"Vocabulary {model.Config.Text.VocabularySize}, context {model.Config.Text.MaxPositions}.");
        Console.Line($"{model.Config.DescribeImages()}");
        Console.Line($"{model.Fingerprint}");
        foreach (var note in model.Notes)
            Console.Line($"Note: {note}");
        return model;
    }
}
