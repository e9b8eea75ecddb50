using EosMLNet.Onnx.Graphs;
using EosMLNet.Onnx.Models;
using EosMLNet.Onnx.Operator;
using EosMLNet.Onnx.Protos;
using EosMLNet.Onnx.Sessions;
using EosMLNet.Onnx.Weights;

namespace EosMLNet.Onnx.Families.Llava;

/// <summary>LLaVA-1.5's vision tower and projector, with the sites in the encoder: a square of pixels becomes visual tokens.</summary>
/// <param name="config">The model.</param>
/// <param name="plan">The plan.</param>
[ModelType("llava")]
internal class LlavaEncoder(LlavaConfig config, ReductionPlan plan) : VisionEncoder
{
    private const string Pixels = "pixel_values", Features = "image_features", Attention = "cls_attention";
    private const string Places = "visual_places", Mass = "visual_mass";

    private readonly VisualLayout layout = config.KeepsCls ? new(VisualRegion.Single, config.Patches) : new(config.Patches); // of a square

    /// <inheritdoc/>
    internal override ModelProto Write(WeightFiles weights, IEnumerable<KeyValuePair<string, string>> metadata)
    {
        var graph = new Graph("vision");
        var layers = new Layers(new GraphWeights(graph, config, weights));
        var (vision, side) = (config.Vision, config.Vision.ImageSize);
        var pixels = graph.Input(Pixels, ElementType.Float, "S", vision.ChannelCount, side, side);
        var sequence = plan.ActsInEncoder ? new VisionTokens(pixels, layout, vision, plan) : null;
        // (S, t, dv), (S, t)
        var (full, attention) = new ClipTower(layers, vision, config.TowerDepth).Run(pixels, plan.NeedsClsAttention, sequence);
        full = sequence?.ReduceFeature(full) ?? full;
        var first = config.KeepsCls || !vision.HasClassToken ? 0 : 1;
        var feature = first == 0 ? full : full.Slice(first, long.MaxValue, 1);                       // (S, n, dv)
        var inner = layers.Linear(feature.Reshape(-1, vision.HiddenSize), "multi_modal_projector.linear_1");
        var outer = layers.Linear(layers.Activation(inner, config.ProjectorActivation), "multi_modal_projector.linear_2");
        var tokens = outer.Reshape(Value.Concat(0, feature.Size(0), feature.Size(1), graph.Integers(-1)));  // (S, n, d)
        graph.Output(tokens, Features, "S", "n", config.Text.HiddenSize);
        if (plan.NeedsClsAttention)
        {
            var seen = attention ?? throw new EosException(EosErrors.PlanMismatch,
                "The plan scores by the vision tower's [CLS] attention, but this model's tower has no [CLS] token. " +
                "Use a plan that was searched on this model.");
            graph.Output(sequence?.ClsAttention ?? (first == 0 ? seen : seen.Slice(first, long.MaxValue, 1)), Attention, "S", "n");
        }
        if (sequence is not null)
        {
            graph.Output(sequence.Places, Places, "S", "n");
            graph.Output(sequence.Mass, Mass, "S", "n");
        }
        return graph.ToModel(metadata);
    }

    /// <inheritdoc/>
    internal override IReadOnlyList<EncodedImage> Run(
        GraphSession session, IReadOnlyList<ImageShape> images, Memory<float> pixels, CancellationToken cancellation)
    {
        var (squares, side) = (images.Sum(image => image.Parts), (long)config.Vision.ImageSize);
        using var inputs = new OwnedValues();
        inputs.Add(Pixels, pixels, squares, 3, side, side);
        using var outputs = session.Run(inputs, cancellation);
        return Pack(images, Each<float>(Features)!, Each<float>(Attention), Each<long>(Places), Each<float>(Mass));

        T[][]? Each<T>(string name) where T : unmanaged
        {
            if (!outputs.Values.TryGetValue(name, out var output))
                return null;
            var all = output.GetTensorDataAsSpan<T>();
            var (length, parts) = (all.Length / squares, new T[squares][]);
            for (var i = 0; i < parts.Length; i++)
                parts[i] = all.Slice(i * length, length).ToArray();
            return parts;
        }
    }

    /// <summary>Makes images of their squares.</summary>
    /// <param name="images">The images.</param>
    /// <param name="features">The visual tokens of each square, (n, d).</param>
    /// <param name="attention">The [CLS] attention to them, (n), where it was asked for.</param>
    /// <param name="kept">Where they stand among those of the unreduced square, where sites in the encoder have acted.</param>
    /// <param name="mass">How many original tokens each one stands for, there.</param>
    private protected virtual IReadOnlyList<EncodedImage> Pack(
        IReadOnlyList<ImageShape> images, float[][] features, float[][]? attention, long[][]? kept, float[][]? mass) =>
        [.. features.Select((tokens, i) => new EncodedImage(layout, tokens, attention?[i], kept?[i], mass?[i]))];
}
