using System.CommandLine;
using EosMLNet.Execution;
using EosMLNet.Models;
using EosMLNet.Tensors;
using EosMLNet.Tool.CommandLine;
using static TorchSharp.torch;

namespace EosMLNet.Tool.Forward;

/// <summary>
/// <c>eos forward</c>: the intermediate results of a model on given inputs, so that a port of a checkpoint can be held against PyTorch. It
/// writes <c>vision.feature</c>, <c>projector</c>, <c>inputs_embeds</c>, <c>layer_out.L</c>, <c>final_norm</c>, <c>logits</c> and
/// <c>generated_ids</c>. Rows are left-padded; <c>attention_mask</c>, also written, says where. Under a plan later layers have fewer
/// tokens.
/// </summary>
internal sealed class ForwardCommand : ModelCommand
{
    private readonly Option<string> inputs = CommonOptions.Required("--inputs", "FILE",
        "safetensors with input_ids, attention_mask (default: ones) and, for images and videos, the tensors that transformers' forward " +
        "takes, such as pixel_values, image_sizes, image_grid_thw. An image is one image token, or one for each visual token.");
    private readonly Option<string> output = CommonOptions.Required("--output", "FILE", "safetensors to write.");
    private readonly Option<string?> plan = CommonOptions.Plan();
    private readonly Option<int> generate =
        CommonOptions.Default("--generate", "N", 0, "Also continue each row greedily by up to N tokens.");

    public ForwardCommand(EosConsole console)
        : base("forward", "Runs a model on tensors and writes its intermediate results.", console,
            CommonOptions.DataType(ModelDataType.Float32, "Type of numbers to compute in."))
    {
        DataTypeOption.Aliases.Add("--dtype");
        AddOptions(inputs, output, plan, generate);
    }

    protected override object Execute(ParseResult values, CancellationToken cancellation)
    {
        var count = values.AtLeast(generate, 0);
        var planned = values.GetValue(plan) is { } given ? PlanChoice.Of(given) : null;
        using var scope = NewDisposeScope();
        using var model = LoadModel(values);
        var reduced = Reduce(model, planned);
        var results = new SortedDictionary<string, Tensor>(StringComparer.Ordinal);
        using var batch = ForwardInputs.Read(values.GetRequiredValue(inputs), model).ToBatch(reduced, Keep);
        results["attention_mask"] = batch.Valid.to(ScalarType.Int64);
        reduced.Forward(batch, Keep);
        if (count > 0)
            results["generated_ids"] = Padded(reduced.Generate(batch, count, cancellation), count, model);
        SafetensorsWriter.Write(values.GetRequiredValue(output), results);
        Console.Table("", ["tensor", "type", "shape"],
            results.Select(result => new[] { result.Key, $"{result.Value.dtype}", Shape(result.Value) }));
        return results.ToDictionary(result => result.Key, result => result.Value.shape);

        // The model disposes what it shows in scopes of its own; what is written must outlive them.
        void Keep(string name, Tensor value)
        {
            var copy = value.detach().cpu().clone();
            scope.Attach(copy);
            results[name] = copy;
        }
    }

    // As transformers' generate: the token that ends an answer belongs to it, then padding.
    private static Tensor Padded(Generation generation, int count, VisionLanguageModel model)
    {
        var rows = generation.Ids.Select(ids => ids.Length < count ? [.. ids, model.EosTokenIds[0]] : ids).ToArray();
        var width = rows.Max(row => row.Length);
        var padded = rows.SelectMany(row => row.Concat(Enumerable.Repeat(model.PadTokenId, width - row.Length)));
        return tensor(padded.Select(id => (long)id).ToArray(), [rows.Length, width]);
    }

    private static string Shape(Tensor value) => $"[{string.Join(", ", value.shape)}]";
}
