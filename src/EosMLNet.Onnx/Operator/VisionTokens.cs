using EosMLNet.Onnx.Graphs;

namespace EosMLNet.Onnx.Operator;

/// <summary>
/// The tokens of I images on their way through a vision encoder, becoming fewer at a plan's sites there: the tower's [CLS] token and n
/// patches, t in all. [CLS] takes no part, but in front of the projector where it is a visual token.
/// </summary>
internal sealed class VisionTokens
{
    private readonly ReductionPlan plan;
    private readonly ConstantTables tables;
    private readonly Graph graph;
    private readonly int lead, width, heads;
    private readonly bool keepsCls;
    private Value index, mass;              // (I, t): the patch each token started as; original tokens that each stands for
    private Value? clsAttention, keys;      // (I, t), (I, t, d): of the block last observed
    private double massWeight;

    /// <param name="images">What has I as its first size.</param>
    /// <param name="layout">How the visual tokens of each image lie.</param>
    /// <param name="config">The tower.</param>
    /// <param name="plan">The plan whose sites act.</param>
    internal VisionTokens(Value images, VisualLayout layout, ClipVisionConfig config, ReductionPlan plan)
    {
        (this.plan, graph, width, heads) = (plan, images.Graph, config.HiddenSize, config.HeadCount);
        tables = new ConstantTables(layout.Grid!.Value);
        lead = config.HasClassToken ? 1 : 0;
        var patches = config.GridSize * config.GridSize;
        keepsCls = layout.Count > patches;
        var all = Enumerable.Range(0, patches).Select(i => (long)i);
        var row = graph.Integers([.. lead == 1 ? (long[])[patches] : [], .. all]).Unsqueeze(0);
        index = row.Expand(Value.Concat(0, images.Size(0), graph.Integers(1)));
        mass = graph.Number(ElementType.Float, 1).Expand(index.Shape());
    }

    /// <summary>What each token's key adds to the logits of the tower's attention, (I, 1, 1, t); null where nothing.</summary>
    internal Value? Bias => massWeight == 0 ? null : (mass.Log() * massWeight).Unsqueeze(1, 2);

    /// <summary>The same for each query, (I, 1, t, t).</summary>
    internal Value? WideBias
    {
        get
        {
            if (Bias is not { } bias)
                return null;
            return bias.Expand(Value.Concat(0, mass.Size(0), graph.Integers(1), mass.Size(1), mass.Size(1)));
        }
    }

    /// <summary>[CLS] attention to the visual tokens that are left, (I, k); null without one.</summary>
    internal Value? ClsAttention => clsAttention is null ? null : Behind(clsAttention, First);

    /// <summary>Where they stand among the visual tokens of the unreduced image, (I, k). As a visual token, [CLS] is the first.</summary>
    internal Value Places => keepsCls
        ? graph.Node("Mod", ElementType.Int64, [index + 1, graph.Number(ElementType.Int64, tables.Count)])
        : Behind(index, First);

    /// <summary>How many original tokens each one stands for, (I, k).</summary>
    internal Value Mass => Behind(mass, First);

    private int First => keepsCls ? 0 : lead;

    /// <summary>Whether a site stands in a block of the tower.</summary>
    internal bool ActsIn(int block) => Sites(ReductionStage.Tower, block).Any();

    /// <summary>Keeps what sites see of a block: its keys, (I, t, d), and its [CLS] attention, (I, t).</summary>
    internal void Observe(Value blockKeys, Value? blockAttention) => (keys, clsAttention) = (blockKeys, blockAttention);

    /// <summary>Applies the sites of one block to its hidden states between attention and MLP, (I, t, d) to (I, t', d).</summary>
    internal Value ReduceInBlock(int block, Value hidden) => Sites(ReductionStage.Tower, block)
        .Aggregate(hidden, (x, site) => Reduce(site, x, keepsCls ? site.Keep - 1 : site.Keep, lead));

    /// <summary>Applies the sites in front of the projector to the tower's feature, (I, t, d) to (I, t', d).</summary>
    internal Value ReduceFeature(Value feature) => Sites(ReductionStage.Projector, 0)
        .Aggregate(feature, (x, site) => Reduce(site, x, site.Keep, keepsCls ? 0 : lead));

    private IEnumerable<ReductionSite> Sites(ReductionStage stage, int layer) =>
        plan.Sites.Where(site => site.Stage == stage && site.Layer == layer);

    // The first tokens take no part.
    private Value Reduce(ReductionSite site, Value hidden, int keep, int first)
    {
        var own = site with { Keep = keep };
        var tokens = new SiteTokens(Behind(hidden, first), Behind(mass, first), Behind(index, first), tables,
            ClsAttention: clsAttention is null ? null : Behind(clsAttention, first),
            Keys: site.NeedsKeys && keys is not null ? Compared(Behind(keys, first), site.Affinity.Feature) : null, Offset: first);
        var reduced = SiteOperator.Reduce(tokens, own, new KeptCount(graph.Integers(keep), null), plan.Parameters);
        var anchors = reduced.Anchors + first;
        var stay = first == 0 ? anchors
            : Value.Concat(1, graph.Integers(0).Unsqueeze(0).Expand(Value.Concat(0, anchors.Size(0), graph.Integers(1))), anchors);
        index = index.Picked(stay);
        mass = first == 0 ? reduced.Mass : Value.Concat(1, mass.Slice(0, first, 1), reduced.Mass);
        clsAttention = clsAttention?.Picked(stay);
        keys = keys?.Rows(stay);
        massWeight = site.ProportionalAttention;
        return first == 0 ? reduced.Tokens : Value.Concat(1, hidden.Slice(0, first, 1), reduced.Tokens);
    }

    private Value Compared(Value all, AffinityFeature feature) =>
        feature == AffinityFeature.HeadMeanKey ? all.Reshape(0, 0, heads, width / heads).Mean(2) : all;

    private static Value Behind(Value x, int first) => first == 0 ? x : x.Slice(first, long.MaxValue, 1);
}
