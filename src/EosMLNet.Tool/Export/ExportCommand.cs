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

    public ExportCommand(EosConsole console)
        : base("export", "Writes a model, unreduced or under a plan, as ONNX graphs beside its weights. ONNX Runtime answers with them, " +
            "without libtorch.", console)
    {
        Add(model);
        Add(plan);
        Add(output);
        Add(weights);
        Add(layout);
        AddOptions();
    }

    protected override (int, object) Run(ParseResult values, CancellationToken cancellation)
    {
        var (folder, target) = (values.GetRequiredValue(model), values.GetRequiredValue(output));
        var under = values.GetValue(plan) is { } given ? PlanChoice.Of(given).For(folder) : null;
        var options = new OnnxExportOptions { Layout = values.GetValue(layout), Weights = values.GetValue(weights) };
        var manifest = Console.While("Writing the graphs", () => OnnxExport.Write(folder, under, target, options, cancellation));
        Console.Line($"Model {folder}: {manifest.Family}, {(under is null ? "unreduced" : $"{under.Sites.Count} sites")}");
        foreach (var graph in manifest.Graphs)
            Console.Line($"{Path.Combine(target, graph.Name)}: {graph.Bytes / 1024.0:0} KiB");
        Console.Line($"Plan {manifest.Plan}");
        return (ExitCodes.Success, manifest);
    }
}
