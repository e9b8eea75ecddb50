using EosMLNet.Onnx.Graphs;
using EosMLNet.Onnx.Models;
using EosMLNet.Onnx.Protos;
using EosMLNet.Onnx.Sessions;
using EosMLNet.Onnx.Weights;

namespace EosMLNet.Onnx.Families.QwenVl;

/// <summary>
/// The vision tower of the Qwen-VL families: a transformer over the patches of images of any size, and mergers that make one visual token
/// of a square of patches. Images and videos of one size run side by side, a row a step in time; patches come square by square.
/// </summary>
/// <param name="config">The model.</param>
/// <param name="plan">The plan.</param>
internal abstract class QwenEncoder(QwenVlConfig config, ReductionPlan plan) : VisionEncoder
{
    private const string Root = "visual.";
    private const string Pixels = "pixel_values", Cos = "patch_cos", Sin = "patch_sin";
    private const string Positions = "patch_positions", Shares = "patch_position_shares";
    private const string Features = "image_features", Attention = "received_attention", Planes = "planes";
    private const string Windows = "windows", WindowBias = "window_bias", FromWindows = "from_windows";
    private const double Epsilon = 1e-6;

    private readonly QwenVisionConfig vision = config.Vision;
    private readonly QwenPatches patches = new(config.Vision);

    private int Square => vision.MergeSize * vision.MergeSize;

    private bool HasWindows => vision.WindowSize > 0;

    /// <inheritdoc/>
    internal override int PlaneCount => vision.DeepStackLayers.Count;

    /// <inheritdoc/>
    internal override void Prepare(WeightFiles weights) => RequireDecoderSites(config, plan);

    /// <inheritdoc/>
    internal override ModelProto Write(WeightFiles weights, IEnumerable<KeyValuePair<string, string>> metadata)
    {
        var graph = new Graph("vision");
        var layers = new Layers(new GraphWeights(graph, config, weights));
        var (width, half) = (vision.HiddenSize, vision.HiddenSize / vision.HeadCount / 2);
        var pixels = graph.Input(Pixels, ElementType.Float, "S", "P", vision.PatchValues);            // S steps of P patches
        var byRow = Value.Concat(0, pixels.Size(0), pixels.Size(1), graph.Integers(-1));
        var turns = Value.Concat(0, pixels.Size(0), pixels.Size(1), graph.Integers(half));
        var cos = graph.Input(Cos, ElementType.Float, "P", half).Unsqueeze(0).Expand(turns);
        var sin = graph.Input(Sin, ElementType.Float, "P", half).Unsqueeze(0).Expand(turns);
        var windows = !HasWindows ? null : new PatchWindows(graph.Input(Windows, ElementType.Int64, "W", "L"),
            graph.Input(WindowBias, ElementType.Float, "W", 1, 1, "L"), graph.Input(FromWindows, ElementType.Int64, "P"));
        var (embedding, bias) = (layers.Weights[Root + "patch_embed.proj.weight"], layers.Weights.Optional(Root + "patch_embed.proj.bias"));
        var hidden = layers.Product(pixels.Reshape(-1, vision.PatchValues), embedding.Reshape(width, -1), bias);         // (S · P, d)
        if (vision.PositionSide > 0)
            hidden = (hidden.Reshape(byRow) + LearnedPositions(graph, layers).Unsqueeze(0)).Reshape(-1, width);
        var planes = new List<Value>();
        Value? attention = null;
        for (var i = 0; i < vision.LayerCount; i++)
        {
            var name = $"{Root}blocks.{i}.";
            var all = layers.Linear(Normalised(layers, hidden, name + "norm1"), name + "attn.qkv").Reshape(byRow);      // (S, P, 3d)
            var (queries, keys) = (Turned(Part(all, 0), cos, sin), Turned(Part(all, 1), cos, sin));
            if (plan.NeedsClsAttention && i == vision.LayerCount - 1)
                attention = Received(queries, keys, IsWhole(i) ? null : windows);
            var attended = IsWhole(i) ? layers.Attention(queries, keys, Part(all, 2), vision.HeadCount)
                : windows!.Attend(layers, queries, keys, Part(all, 2), vision.HeadCount);
            hidden = layers.Linear(attended.Reshape(-1, width), name + "attn.proj") + hidden;
            hidden = Feed(layers, Normalised(layers, hidden, name + "norm2"), name) + hidden;
            if (vision.DeepStackLayers.Count > planes.Count && vision.DeepStackLayers[planes.Count] == i)
                planes.Add(Merge(layers, hidden, $"{Root}deepstack_merger_list.{planes.Count}.", normsMerged: true));
        }
        graph.Output(Merge(layers, hidden, Root + "merger.", normsMerged: false), Features, "N", config.Text.HiddenSize);
        if (attention is not null)
            graph.Output(attention, Attention, "N");
        if (planes.Count > 0)
            graph.Output(Value.Concat(1, planes), Planes, "N", planes.Count * config.Text.HiddenSize);
        return graph.ToModel(metadata);

        Value Part(Value all, int part) => all.Slice(part * width, (part + 1) * width, 2);
        Value Turned(Value x, Value cos, Value sin) =>
            graph.Node("RotaryEmbedding", x.Type, [x, cos, sin], ("num_heads", vision.HeadCount));
    }

    /// <inheritdoc/>
    internal override IReadOnlyList<EncodedImage> Run(
        GraphSession session, IReadOnlyList<ImageShape> images, Memory<float> pixels, CancellationToken cancellation)
    {
        var encoded = new EncodedImage[images.Count];
        var (starts, at) = (new int[images.Count], 0);
        for (var i = 0; i < images.Count; at += images[i++].Parts * vision.PatchValues)
            starts[i] = at;
        var grids = images.Select(config.GridOf).ToArray();
        foreach (var alike in Enumerable.Range(0, images.Count).GroupBy(i => (grids[i].Rows, grids[i].Columns)))
        {
            using var inputs = InputsOf(alike.Key.Rows, alike.Key.Columns);
            int[] steps = [.. alike.Select(i => grids[i].Steps)];
            var values = new float[alike.Sum(i => images[i].Parts) * vision.PatchValues];
            var to = 0;
            foreach (var i in alike)
            {
                var own = pixels.Span.Slice(starts[i], images[i].Parts * vision.PatchValues);
                own.CopyTo(values.AsSpan(to));
                to += own.Length;
            }
            inputs.Add(Pixels, values, steps.Sum(), alike.Key.Rows * alike.Key.Columns * Square, vision.PatchValues);
            using var outputs = session.Run(inputs, cancellation);
            var first = 0;
            foreach (var i in alike)
            {
                var layout = config.LayoutOf(images[i]);
                encoded[i] = new EncodedImage(layout, outputs.Part(Features, first, layout.Count)!,
                    outputs.Part(Attention, first, layout.Count), Planes: outputs.Part(Planes, first, layout.Count));
                first += layout.Count;
            }
        }
        return encoded;
    }

    // What depends on the size of images alone.
    private OwnedValues InputsOf(int rows, int columns)
    {
        var inputs = new OwnedValues();
        var (places, frequencies, axes) = (patches.Places((1, rows, columns)).ToArray(), patches.Frequencies, patches.Axes);
        var (cos, sin) = (new float[places.Length * axes.Length], new float[places.Length * axes.Length]);
        for (var patch = 0; patch < places.Length; patch++)
        {
            for (var i = 0; i < axes.Length; i++)
            {
                var turn = (axes[i] == 0 ? places[patch].Row : places[patch].Column) * (float)frequencies[i];
                (sin[patch * axes.Length + i], cos[patch * axes.Length + i]) = MathF.SinCos(turn);
            }
        }
        inputs.Add(Cos, cos, places.Length, axes.Length);
        inputs.Add(Sin, sin, places.Length, axes.Length);
        if (vision.PositionSide > 0)
        {
            var (positions, shares) = patches.LearnedPositions((1, rows, columns));
            inputs.Add(Positions, positions, places.Length, 4);
            inputs.Add(Shares, Array.ConvertAll(shares, share => (float)share), places.Length, 4);
        }
        if (HasWindows)
            AddWindows(inputs, patches.Windows(rows, columns));
        return inputs;
    }

    // Windows of patches, all as long as the longest: what the shorter ones lack is the last patch once more, which nobody looks at.
    private void AddWindows(OwnedValues inputs, IReadOnlyList<int[]> windows)
    {
        var length = windows.Max(window => window.Length) * Square;
        var (places, bias) = (new long[windows.Count * length], new float[windows.Count * length]);
        var from = new long[windows.Sum(window => window.Length) * Square];
        foreach (var (i, window) in windows.Index())
        {
            for (var k = 0; k < length; k++)
            {
                var own = k < window.Length * Square;
                var patch = own ? (long)window[k / Square] * Square + k % Square : (long)window[^1] * Square + Square - 1;
                (places[i * length + k], bias[i * length + k]) = (patch, own ? 0 : float.NegativeInfinity);
                if (own)
                    from[patch] = i * length + k;
            }
        }
        inputs.Add(Windows, places, windows.Count, length);
        inputs.Add(WindowBias, bias, windows.Count, 1, 1, length);
        inputs.Add(FromWindows, from, from.Length);
    }

    private bool IsWhole(int block) => !HasWindows || vision.FullAttentionLayers.Contains(block);

    private Value LearnedPositions(Graph graph, Layers layers)                                       // (P, d)
    {
        var mixed = layers.Weights[Root + "pos_embed.weight"].Gather(graph.Input(Positions, ElementType.Int64, "P", 4));
        return (mixed * graph.Input(Shares, ElementType.Float, "P", 4).Unsqueeze(2)).Sum(1);
    }

    private Value Normalised(Layers layers, Value x, string name) =>
        vision.IsGated ? layers.RmsNorm(x, name, Epsilon) : layers.LayerNorm(x, name, Epsilon);

    private Value Feed(Layers layers, Value normalised, string name)
    {
        if (!vision.IsGated)
        {
            var inner = layers.Activation(layers.Linear(normalised, name + vision.MlpNames.Up), vision.Activation);
            return layers.Linear(inner, name + vision.MlpNames.Down);
        }
        var gated = layers.Activation(layers.Linear(normalised, name + "mlp.gate_proj"), vision.Activation);
        return layers.Linear(gated * layers.Linear(normalised, name + "mlp.up_proj"), name + "mlp.down_proj");
    }

    // (S · P, d) to (N, outputs): the patches of a visual token are behind one another.
    private Value Merge(Layers layers, Value hidden, string name, bool normsMerged)
    {
        var merged = vision.HiddenSize * Square;
        var normalised = normsMerged ? Normalised(layers, hidden.Reshape(-1, merged), name + vision.MergerNames.Norm)
            : Normalised(layers, hidden, name + vision.MergerNames.Norm).Reshape(-1, merged);
        var inner = layers.Activation(layers.Linear(normalised, name + vision.MergerNames.First), "gelu");
        return layers.Linear(inner, name + vision.MergerNames.Second);
    }

    // How much the patches of a step look at each of them, on average over heads, averaged over the patches of a token, (N). One head at a
    // time: all of them would be as many numbers as patches squared, once a head.
    private Value Received(Value queries, Value keys, PatchWindows? windows)
    {
        var size = vision.HiddenSize / vision.HeadCount;
        var graph = queries.Graph;
        var (from, to) = (windows?.Gathered(queries) ?? queries, windows?.Gathered(keys) ?? keys);   // (R, L, d)
        var there = windows?.There(queries);                                                         // (R, L)
        var bias = windows?.WideBias(queries).Squeeze(1);                                            // (R, L, L)
        var none = from.Like(0).Expand(Value.Concat(0, from.Size(0), from.Size(1)));                 // (R, L)
        var total = graph.Loop(graph.Number(ElementType.Int64, vision.HeadCount), [none], (head, sum) =>
        {
            var (start, end) = ((head * size).Reshape(1), ((head + 1) * size).Reshape(1));
            var logits = from.Slice(start, end, 2).MatMul(to.Slice(start, end, 2).Transpose(0, 2, 1)) / Math.Sqrt(size); // (R, L, L)
            if (there is null)
                return [sum[0] + logits.Softmax().Mean(1)];
            return [sum[0] + ((logits + bias!).Softmax() * there.Unsqueeze(2)).Sum(1) / there.Sum(1, keep: true)];
        })[0];
        var ofPatches = windows?.Restored(total.Unsqueeze(2), queries) ?? total;
        return (ofPatches / vision.HeadCount).Reshape(-1, Square).Mean(1);
    }
}
