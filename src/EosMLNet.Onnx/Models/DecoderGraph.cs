using System.Collections.Concurrent;
using EosMLNet.Onnx.Graphs;
using EosMLNet.Onnx.Operator;
using EosMLNet.Onnx.Protos;
using EosMLNet.Onnx.Weights;

namespace EosMLNet.Onnx.Models;

/// <summary>
/// The graph of a decoder under a plan. One graph runs prompts and adds tokens to them: keys and values of earlier tokens come in buffers
/// with room for the new ones, and its sites act where images are given.
/// </summary>
/// <param name="config">The model.</param>
/// <param name="plan">The plan.</param>
/// <param name="layout">How the visual tokens of every image lie; null where images have different numbers of them.</param>
/// <param name="planes">How many of the first layers add something to the visual tokens behind them.</param>
internal sealed class DecoderGraph(ModelConfig config, ReductionPlan plan, VisualLayout? layout, int planes)
{
    private readonly ConcurrentDictionary<int, IReadOnlyList<ReductionSite>> counts = []; // by the tokens of an image

    private LlamaConfig Text => config.Text;

    /// <summary>The decoder's sites, by the layer that they stand in front of.</summary>
    internal ILookup<int, ReductionSite> SitesByLayer { get; } =
        plan.Sites.Where(site => site.Stage == ReductionStage.Decoder).ToLookup(site => site.Layer);

    /// <summary>
    /// The stretch of layers that each layer belongs to, from 0: the layers between two reductions see as many tokens.
    /// </summary>
    internal IReadOnlyList<int> Stretches
    {
        get
        {
            var stretch = 0;
            return [.. Enumerable.Range(0, Text.LayerCount).Select(layer => SitesByLayer[layer].Any() && layer > 0 ? ++stretch : stretch)];
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

    /// <summary>The decoder's sites, with the names of the outputs that tell which tokens they leave.</summary>
    internal IEnumerable<(ReductionSite Site, string Kept)> Sites =>
        SitesByLayer.SelectMany(group => group.Select((site, i) => (site, DecoderNames.Kept(group.Key, i))));

    /// <summary>The sites in front of each layer, with the names of the inputs that say how many tokens they keep.</summary>
    internal IEnumerable<(ReductionSite Site, string Name)> CountedSites => layout is not null ? []
        : SitesByLayer.SelectMany(group => group.Select((site, i) => (site, DecoderNames.Keep(group.Key, i))));

    /// <summary>Whether the decoder's sites look at the tower's [CLS] attention.</summary>
    internal bool LooksAtCls => SitesByLayer.SelectMany(group => group).Any(site => site.Uses(ScoreCriterion.ClsAttention));

    /// <summary>Whether they look at the question's tokens, beside attention.</summary>
    internal bool LooksAtQuestion => SitesByLayer.SelectMany(group => group).Any(site => site.Uses(ScoreCriterion.RaterAttention)
        || site.Uses(ScoreCriterion.TextRelevance) || site.Extra is { TextPivots: > 0 });

    /// <summary>How many of the first layers add something to the visual tokens behind them.</summary>
    internal int PlaneCount => planes;

    /// <summary>The visual tokens of an image, where all have as many; else 1.</summary>
    internal int UsualCount => plan.ActsInEncoder ? 1 : layout?.Count ?? 1;

    /// <summary>How many tokens a site keeps of an image.</summary>
    /// <param name="site">The site.</param>
    /// <param name="of">How the image's tokens lie.</param>
    internal int KeptOf(ReductionSite site, VisualLayout of)
    {
        var counted = counts.GetOrAdd(of.Count, static (tokens, plan) => KeptCounts.Of(plan.Model, plan.Sites, tokens), plan);
        return counted[plan.Sites.Index().First(x => ReferenceEquals(x.Item, site)).Index].Keep;
    }

    /// <summary>How many tokens of an image a site leaves, whether the graph knows the number or is told it.</summary>
    /// <param name="site">The site.</param>
    /// <param name="image">How the image's tokens lie.</param>
    internal int LeftBy(ReductionSite site, VisualLayout image) => layout is null ? KeptOf(site, image) : site.Keep;

    /// <summary>The tokens of an image that a stretch of layers gets.</summary>
    /// <param name="stretch">The stretch.</param>
    /// <param name="image">How the image's tokens lie.</param>
    /// <param name="entering">How many of them enter the decoder.</param>
    internal int Left(int stretch, VisualLayout image, int entering)
    {
        var first = Stretches.ToList().IndexOf(stretch);
        return plan.Sites.LastOrDefault(site => site.Stage == ReductionStage.Decoder && site.Layer <= first) is { } last
            ? LeftBy(last, image) : entering;
    }

    /// <summary>Writes the graph.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="metadata">What the graph says of itself.</param>
    /// <exception cref="EosException">EOS4002: a site cannot be written as operators, or a criterion's input is missing.</exception>
    internal ModelProto Write(WeightFiles weights, IEnumerable<KeyValuePair<string, string>> metadata)
    {
        var graph = new Graph("decoder");
        var decoder = new DecoderLayers(new Layers(new GraphWeights(graph, config, weights)), Text, config.TieWordEmbeddings);
        var tables = layout is null ? new InputTables(graph) : (ISiteTables)new ConstantTables(layout);
        var tokens = new TokenGraph(decoder, plan, tables, Inputs(graph));
        var stretches = Stretches;
        Value? pastLengths = null, pastBias = null;
        for (var layer = 0; layer < Text.LayerCount; layer++)
        {
            var stretch = stretches[layer];
            if (SitesByLayer[layer].Any())
            {
                foreach (var (i, kept) in tokens.Reduce([.. SitesByLayer[layer].Select((site, i) => (site, Kept(graph, site, i)))]).Index())
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
        var logits = decoder.Logits(tokens.Last());                                                  // (B, vocabulary)
        graph.Output(logits, DecoderNames.Logits, "B", Text.VocabularySize);
        graph.Output(logits.ArgMax().Squeeze(1), DecoderNames.NextToken, "B");
        graph.Output(logits.Softmax().Max(1), DecoderNames.Probability, "B");
        return graph.ToModel(metadata);
    }

    private object[] BufferShape(int stretch) => ["B", Text.KeyValueHeadCount, $"P{stretch}", Text.HeadSize];

    private Value Buffer(Graph graph, int layer, string what, int stretch) =>
        graph.Input(DecoderNames.Past(layer, what), ElementType.Float, BufferShape(stretch));

    private PrefillInputs Inputs(Graph graph)
    {
        object n = layout is { } same && !plan.ActsInEncoder ? same.Count : "n";
        var half = Text.HeadSize / 2;
        var inputs = new PrefillInputs(
            graph.Input(DecoderNames.Ids, ElementType.Int64, "B", "T"), graph.Input(DecoderNames.Cos, ElementType.Float, "B", "T", half),
            graph.Input(DecoderNames.Sin, ElementType.Float, "B", "T", half), graph.Input(DecoderNames.RowLengths, ElementType.Int64, "B"),
            graph.Input(DecoderNames.Features, ElementType.Float, "N", Text.HiddenSize),
            graph.Input(DecoderNames.Slots, ElementType.Int64, "G", n), graph.Input(DecoderNames.Index, ElementType.Int64, "G", n))
        {
            Mass = plan.ActsInEncoder ? graph.Input(DecoderNames.Mass, ElementType.Float, "G", n) : null,
            ClsAttention = LooksAtCls ? graph.Input(DecoderNames.ClsAttention, ElementType.Float, "G", n) : null,
            AskedFrom = LooksAtQuestion ? graph.Input(DecoderNames.AskedFrom, ElementType.Int64, "B") : null,
            Planes = planes > 0 ? graph.Input(DecoderNames.Planes, ElementType.Float, "G", n, planes * Text.HiddenSize) : null,
            PlaneCount = planes,
        };
        return layout is null ? inputs with { Present = inputs.Slots.Less(inputs.Ids.Size(0) * inputs.Ids.Size(1)) } : inputs;
    }

    private KeptCount Kept(Graph graph, ReductionSite site, int number) => layout is not null ? new(graph.Integers(site.Keep), null)
        : new(null, graph.Input(DecoderNames.Keep(site.Layer, number), ElementType.Int64, "G", 1));
}
