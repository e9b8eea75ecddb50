using System.CommandLine;
using EosMLNet.Onnx;
using EosMLNet.Tool.CommandLine;

namespace EosMLNet.Tool.Export;

/// <summary><c>eos export</c>: a model under a plan as ONNX graphs.</summary>
internal sealed class ExportCommand : EosCommand
{
    private readonly Option<string> model = CommonOptions.Model();
    private readonly Option<string?> plan = CommonOptions.Plan();
    private readonly Option<OnnxLayout> layout = new Option<OnnxLayout>("--layout")
    {
        HelpName = "eos|genai",
        Description = "Which program the folder is for: eos for this library, any number of questions at once; genai for ONNX Runtime " +
            "GenAI, one question a generator. Default: eos",
    }.OfferingWords();
    private readonly Option<string> output = CommonOptions.Required("--output", "DIR",
        "Where the graphs go. The model's own folder, or another, which gets copies of its files: graphs and weights lie side by side.");

    private readonly Option<OnnxWeights> weights = CommonOptions.Default("--weights", "stored|float16|int8|int4", OnnxWeights.Stored,
        "What the weights are kept in: as the checkpoint has them, or converted, in a file of their own.").OfferingWords();
    private readonly WeightsCheckOptions check = new();

    public ExportCommand(EosConsole console)
        : base("export", "Writes a model, unreduced or under a plan, as ONNX graphs beside its weights. ONNX Runtime answers with them, " +
            "without libtorch.", console) =>
        AddOptions([model, plan, output, weights, layout, .. check.All]);

    protected override (int, object) Run(ParseResult values, CancellationToken cancellation)
    {
        var (folder, target) = (values.GetRequiredValue(model), values.GetRequiredValue(output));
        (string Name, ReductionPlan Plan)? under = values.GetValue(plan) is { } file ? (file, PlanChoice.Of(file).For(folder)) : null;
        var options = new OnnxExportOptions
        {
            Layout = values.GetValue(layout),
            Weights = values.GetValue(weights),
            Check = check.Read(values, Console, folder, under),
        };
        var manifest = Console.Progress("Writing the graphs", display => OnnxExport.Write(
            folder, under?.Plan, target, options with { Check = Told(options.Check, display) }, cancellation));
        Console.Line($"Model {folder}: {manifest.Family}, {(under is null ? "unreduced" : $"{under.Value.Plan.Sites.Count} sites")}");
        foreach (var graph in manifest.Graphs)
            Console.Line($"{Path.Combine(target, graph.Name)}: {graph.Bytes / 1024.0:0} KiB");
        Console.Line($"Plan {manifest.Plan}");
        if (manifest.Accuracy is { } accuracy)
            Console.Line($"{accuracy.ToString()}");
        else if (manifest.Weights != OnnxWeights.Stored)
        {
            const string How = "Export with --data TSV and --images DIR to measure it.";
            Console.Line($"Accuracy with {manifest.Weights} weights was not measured. {How}");
        }
        return (ExitCodes.Success, manifest);
    }

    private static WeightsCheck? Told(WeightsCheck? check, ProgressDisplay display) => check is null ? null : check with
    {
        Progress = new InlineProgress<int>(done =>
            display.Report(ProgressNote.Counted(done, 2 * check.Questions.Examples.Count, "answers", display.Elapsed))),
    };
}
