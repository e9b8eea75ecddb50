using EosMLNet.Onnx.Graphs;
using EosMLNet.Onnx.Operator;
using EosMLNet.Onnx.Protos;
using EosMLNet.Onnx.Weights;

namespace EosMLNet.Onnx.Models;

/// <summary>
/// The graph of a decoder under a plan as ONNX Runtime GenAI runs it: one row, of which it tells the new tokens and how many there are in
/// all. What else a decoder has to know is computed in the graph, of these two and of what the images' inputs bring. Those stay as they
/// were set when tokens are added, so the graph itself tells a prompt, which has no tokens before it.
/// </summary>
/// <param name="config">The model.</param>
/// <param name="plan">The plan.</param>
/// <param name="layout">How the visual tokens of every image lie; null where images have different numbers of them.</param>
/// <param name="own">The graph that the same decoder has here.</param>
internal sealed class GenAiDecoderGraph(ModelConfig config, ReductionPlan plan, VisualLayout? layout, DecoderGraph own)
{
    private LlamaConfig Text => config.Text;

    // The stretches of layers in which keys add to attention logits.
    private int[] BiasedStretches => [.. own.Stretches.Distinct().Where(own.HasBias)];

    /// <summary>How many layers GenAI keeps buffers for: one more than there are, where keys add to attention logits.</summary>
    internal int BufferCount => Text.LayerCount + (BiasedStretches.Length > 0 ? 1 : 0);

    /// <summary>Whether the positions of a prompt's tokens are an input: they cannot be told by counting.</summary>
    internal bool TakesPositions => config.PositionAxes > 1 || plan.ActsInEncoder;

    /// <summary>Writes the graph.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="metadata">What the graph says of itself.</param>
    /// <exception cref="EosException">EOS4002: a site cannot be written as operators, or a criterion's input is missing.</exception>
    internal ModelProto Write(WeightFiles weights, IEnumerable<KeyValuePair<string, string>> metadata)
    {
        var graph = new Graph("decoder");
        var decoder = new DecoderLayers(new Layers(new GraphWeights(graph, config, weights)), Text, config.TieWordEmbeddings);
        var tables = layout is null ? new InputTables(graph) : (ISiteTables)new ConstantTables(layout);
        var ids = graph.Input(DecoderNames.Ids, ElementType.Int64, 1, "T");
        var total = graph.Input(DecoderNames.Mask, ElementType.Int64, 1, "A").Sum(1);                // (1): all tokens
        var before = total - ids.Size(1);                                                            // (1): those of earlier runs
        var isPrompt = before.Equal(before.Like(0));                                                 // (1)
        var features = graph.Input(DecoderNames.Features, ElementType.Float, "G", Entering, Text.HiddenSize);
        var tokens = new TokenGraph(decoder, plan, tables, Inputs(ids, before, isPrompt, features));
        var (stretches, biased) = (own.Stretches, BiasedStretches);
        var left = features.Size(1);                                                                 // (1): an image's tokens that are left
        var biases = new List<Value>();                                                              // (1, T') each
        var memory = biased.Length == 0 ? default((Value Keys, Value Values)?)
            : (Buffer(graph, Text.LayerCount, "key"), Buffer(graph, Text.LayerCount, "value"));
        Value? pastLengths = null, pastBias = null;
        for (var layer = 0; layer < Text.LayerCount; layer++)
        {
            var stretch = stretches[layer];
            if (own.SitesByLayer[layer].Any())
            {
                (ReductionSite Site, KeptCount Kept)[] sites =
                    [.. own.SitesByLayer[layer].Select((site, i) => (site, Kept(graph, site, i)))];
                tokens.Reduce(sites);
                left = sites[^1].Kept.Most;
            }
            var begins = layer == 0 || stretches[layer - 1] != stretch;
            if (begins)
            {
                var dropped = features.Size(0) * (features.Size(1) - left);
                pastLengths = isPrompt.Where(before, before - dropped);
                pastBias = biased.Contains(stretch) ? Remembered(memory!.Value.Keys, Array.IndexOf(biased, stretch), pastLengths) : null;
            }
            var (keys, values) = tokens.RunLayer(
                layer, (Buffer(graph, layer, "key"), Buffer(graph, layer, "value")), pastLengths!, pastBias);
            graph.Output(keys, DecoderNames.Present(layer, "key"), BufferShape);
            graph.Output(values, DecoderNames.Present(layer, "value"), BufferShape);
            if (begins && tokens.KeyBias is { } bias)
                biases.Add(bias);
        }
        if (memory is { } buffers)
            Remember(buffers, biases, ids.Size(1), total);
        graph.Output(decoder.Logits(tokens.Last()).Unsqueeze(1), DecoderNames.Logits, 1, 1, Text.VocabularySize);
        return graph.ToModel(metadata);
    }

    // Tokens of an image that enter the decoder, where all have as many.
    private object Entering => layout is { } same && !plan.ActsInEncoder ? same.Count : "n";

    private object[] BufferShape => [1, Text.KeyValueHeadCount, "P", Text.HeadSize];

    private Value Buffer(Graph graph, int layer, string what) =>
        graph.Input(DecoderNames.Past(layer, what), ElementType.Float, BufferShape);

    // A prompt has images; to tokens that are added there are none.
    private PrefillInputs Inputs(Value ids, Value before, Value isPrompt, Value features)
    {
        var graph = ids.Graph;
        var images = isPrompt.Where(features.Size(0), before.Like(0));                               // (1)
        var isVisual = config.VisualTokenIds.Select(id => ids.Equal(ids.Like(id))).Aggregate((a, b) => a.Or(b));         // (1, T)
        var here = isVisual.And(isPrompt);                                                           // a token that is added is a word
        var found = graph.Node("NonZero", ElementType.Int64, [here]).Slice(1, 2, 0).Reshape(-1);
        var slots = graph.Node("Reshape", ElementType.Int64, [found, Value.Concat(0, images, features.Size(1))], ("allowzero", 1));
        var place = ids.Size(1).Squeeze(0).Range();                                                  // (T)
        var (cos, sin) = Turns(place + before);
        var withoutVisual = here.Where(ids.Like(0), ids);
        return new PrefillInputs(withoutVisual, cos, sin, ids.Size(1), Given(features).Reshape(-1, Text.HiddenSize), slots, Indices())
        {
            Mass = plan.ActsInEncoder ? Image(DecoderNames.Mass, ElementType.Float) : null,
            ClsAttention = own.LooksAtCls ? Image(DecoderNames.ClsAttention, ElementType.Float) : null,
            AskedFrom = own.LooksAtQuestion ? isVisual.Where(place.Unsqueeze(0) + 1, ids.Like(0)).Max(1) : null,
            Planes = own.PlaneCount > 0 ? Given(graph.Input(
                DecoderNames.Planes, ElementType.Float, "G", Entering, own.PlaneCount * Text.HiddenSize)) : null,
            PlaneCount = own.PlaneCount,
        };

        Value Given(Value ofImages) => ofImages.Slice(graph.Integers(0), images, 0);

        Value Image(string name, ElementType type) => Given(graph.Input(name, type, "G", Entering));

        Value Indices() => layout is null || plan.ActsInEncoder ? Image(DecoderNames.Index, ElementType.Int64)
            : graph.Integers([.. layout.Indices.Select(index => (long)index)]).Unsqueeze(0).Expand(slots.Shape());
    }

    // Cosines and sines of tokens by their places in the whole row, (T) to (1, T, hs / 2).
    private (Value Cos, Value Sin) Turns(Value places)
    {
        var graph = places.Graph;
        var positions = places.Unsqueeze(0);                                                         // (axes, T)
        if (TakesPositions)
        {
            // Behind the prompt's own stands the position of the first token that is added; the others count on from it.
            var known = graph.Input(DecoderNames.Positions, ElementType.Int64, config.PositionAxes, "prompt + 1");
            var last = known.Size(1) - 1;
            positions = known.Gather(places.Minimum(last), 1) + (places - last).Maximum(places.Like(0));
        }
        var frequencies = new RotaryTable(Text).Frequencies;
        var axes = Text.RopeAxes ?? Enumerable.Repeat(0, frequencies.Length);
        var angles = (positions.Cast(ElementType.Float).Gather(graph.Integers([.. axes.Select(axis => (long)axis)])).Transpose(1, 0)
            * graph.Tensor("frequencies", frequencies, frequencies.Length)).Unsqueeze(0);
        return (graph.Node("Cos", ElementType.Float, [angles]), graph.Node("Sin", ElementType.Float, [angles]));
    }

    private KeptCount Kept(Graph graph, ReductionSite site, int number) => new(layout is not null ? graph.Integers(site.Keep)
        : graph.Input(DecoderNames.Keep(site.Layer, number), ElementType.Int64, 1), null);

    // What was kept of a stretch: (1, A) for A earlier tokens.
    private Value Remembered(Value memory, int number, Value count)
    {
        var (head, column) = (number / Text.HeadSize, number % Text.HeadSize);
        return memory.Slice(memory.Graph.Integers(0), count, 2).Slice(head, head + 1, 1).Slice(column, column + 1, 3).Squeeze(1, 3);
    }

    // GenAI keeps nothing from run to run but keys and values. What earlier tokens' keys add to attention logits is kept as the keys of one
    // more layer, behind the last: a number of them a stretch of layers. Attention over them writes them, and nobody reads what it finds.
    private void Remember((Value Keys, Value Values) memory, IReadOnlyList<Value> biases, Value count, Value total)
    {
        var graph = total.Graph;
        var width = Text.KeyValueHeadCount * Text.HeadSize;
        var columns = biases.Select(bias => Value.Concat(1, bias, Zeros(graph.Integers(1), count - bias.Size(1))).Unsqueeze(2));
        var rows = Value.Concat(2, [.. columns, Zeros(graph.Integers(1), count, graph.Integers(width - biases.Count))]);   // (1, T, G · hs)
        var outputs = graph.Node(Graph.RuntimeDomain + ":GroupQueryAttention", [rows.Type, rows.Type, rows.Type],
            [rows, rows, rows, memory.Keys, memory.Values, (total - 1).Cast(ElementType.Int32), total.Cast(ElementType.Int32)],
            ("num_heads", Text.KeyValueHeadCount), ("kv_num_heads", Text.KeyValueHeadCount));
        graph.Output(outputs[1], DecoderNames.Present(Text.LayerCount, "key"), BufferShape);
        graph.Output(outputs[2], DecoderNames.Present(Text.LayerCount, "value"), BufferShape);

        Value Zeros(params IReadOnlyList<Value> shape) => graph.Number(ElementType.Float, 0).Expand(Value.Concat(0, shape));
    }
}
