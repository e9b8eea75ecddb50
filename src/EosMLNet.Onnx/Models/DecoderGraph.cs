using EosMLNet.Onnx.Graphs;
using EosMLNet.Onnx.Operator;
using EosMLNet.Onnx.Protos;

namespace EosMLNet.Onnx.Models;

/// <summary>
/// The graph of a decoder under a plan. One graph runs prompts and adds tokens to them: keys and values of earlier tokens come in buffers
/// with room for the new ones, and its sites act where images are given.
/// </summary>
/// <param name="config">The model.</param>
/// <param name="plan">The plan.</param>
/// <param name="layout">How the visual tokens of every image lie; null where images have different numbers of them.</param>
internal sealed class DecoderGraph(ModelConfig config, ReductionPlan plan, VisualLayout? layout)
{
    private readonly ILookup<int, ReductionSite> sites =
        plan.Sites.Where(site => site.Stage == ReductionStage.Decoder).ToLookup(site => site.Layer);

    private LlamaConfig Text => config.Text;

    /// <summary>
    /// The stretch of layers that each layer belongs to, from 0: the layers between two reductions see as many tokens.
    /// </summary>
    internal IReadOnlyList<int> Stretches
    {
        get
        {
            var stretch = 0;
            return [.. Enumerable.Range(0, Text.LayerCount).Select(layer => sites[layer].Any() && layer > 0 ? ++stretch : stretch)];
        }
    }

    /// <summary>Whether keys add to attention logits in a stretch of layers: the last reduction in front of it weighs log mass.</summary>
    internal bool HasBias(int stretch)
    {
        var first = Stretches.ToList().IndexOf(stretch);
        var last = plan.Sites.LastOrDefault(site => site.Stage == ReductionStage.Projector
            || site.Stage == ReductionStage.Decoder && site.Layer <= first);
        return last is { ProportionalAttention: > 0 };
    }

    /// <summary>Whether the decoder's sites look at the tower's [CLS] attention.</summary>
    internal bool LooksAtCls => sites.SelectMany(group => group).Any(site => site.Uses(ScoreCriterion.ClsAttention));

    /// <summary>Whether they look at the question's tokens, beside attention.</summary>
    internal bool LooksAtQuestion => sites.SelectMany(group => group).Any(site => site.Uses(ScoreCriterion.RaterAttention)
        || site.Uses(ScoreCriterion.TextRelevance) || site.Extra is { TextPivots: > 0 });

    /// <summary>Writes the graph.</summary>
    /// <param name="checkpoint">The weights.</param>
    /// <param name="metadata">What the graph says of itself.</param>
    /// <exception cref="EosException">EOS4002: a site cannot be written as operators, or a criterion's input is missing.</exception>
    internal ModelProto Write(Checkpoint checkpoint, IEnumerable<KeyValuePair<string, string>> metadata)
    {
        var graph = new Graph("decoder");
        var decoder = new DecoderLayers(new Layers(new GraphWeights(graph, config, checkpoint)), Text, config.TieWordEmbeddings);
        var tables = layout is null ? new InputTables(graph) : (ISiteTables)new ConstantTables(layout);
        var tokens = new TokenGraph(decoder, plan, tables, Inputs(graph));
        var stretches = Stretches;
        Value? pastLengths = null, pastBias = null;
        for (var layer = 0; layer < Text.LayerCount; layer++)
        {
            var stretch = stretches[layer];
            if (sites[layer].Any())
            {
                foreach (var (i, kept) in tokens.Reduce([.. sites[layer].Select(site => (site, Kept(graph, site)))]).Index())
                    graph.Output(kept, DecoderNames.Kept(layer, i), "G", $"kept.{layer}.{i}");
            }
            var begins = layer == 0 || stretches[layer - 1] != stretch;
            if (begins)
            {
                pastLengths = graph.Input(DecoderNames.PastLengths(stretch), ElementType.Int64, "B");
                pastBias = HasBias(stretch) ? graph.Input(DecoderNames.PastBias(stretch), ElementType.Float, "B", $"A{stretch}") : null;
            }
            var (keys, values) = tokens.RunLayer(layer, (Buffer(graph, layer, "key", stretch), Buffer(graph, layer, "value", stretch)),
                pastLengths!, pastBias);
            graph.Output(keys, DecoderNames.Present(layer, "key"), BufferShape(stretch));
            graph.Output(values, DecoderNames.Present(layer, "value"), BufferShape(stretch));
            if (!begins)
                continue;
            graph.Output(tokens.Lengths, DecoderNames.Lengths(stretch), "B");
            if (tokens.KeyBias is { } bias)
                graph.Output(bias, DecoderNames.Bias(stretch), "B", $"T{stretch}");
        }
        graph.Output(decoder.Logits(tokens.Last()), DecoderNames.Logits, "B", Text.VocabularySize);
        return graph.ToModel(metadata);
    }

    private object[] BufferShape(int stretch) => ["B", Text.KeyValueHeadCount, $"P{stretch}", Text.HeadSize];

    private Value Buffer(Graph graph, int layer, string what, int stretch) =>
        graph.Input(DecoderNames.Past(layer, what), ElementType.Float, BufferShape(stretch));

    private PrefillInputs Inputs(Graph graph)
    {
        object n = layout is { } same && !plan.ActsInEncoder ? same.Count : "n";
        var half = Text.HeadSize / 2;
        return new PrefillInputs(
            graph.Input(DecoderNames.Ids, ElementType.Int64, "B", "T"), graph.Input(DecoderNames.Cos, ElementType.Float, "B", "T", half),
            graph.Input(DecoderNames.Sin, ElementType.Float, "B", "T", half), graph.Input(DecoderNames.RowLengths, ElementType.Int64, "B"),
            graph.Input(DecoderNames.Features, ElementType.Float, "N", Text.HiddenSize),
            graph.Input(DecoderNames.Slots, ElementType.Int64, "G", n), graph.Input(DecoderNames.Index, ElementType.Int64, "G", n))
        {
            Mass = plan.ActsInEncoder ? graph.Input(DecoderNames.Mass, ElementType.Float, "G", n) : null,
            ClsAttention = LooksAtCls ? graph.Input(DecoderNames.ClsAttention, ElementType.Float, "G", n) : null,
            AskedFrom = LooksAtQuestion ? graph.Input(DecoderNames.AskedFrom, ElementType.Int64, "B") : null,
        };
    }

    private static KeptCount Kept(Graph graph, ReductionSite site) => new(graph.Integers(site.Keep), null);
}
