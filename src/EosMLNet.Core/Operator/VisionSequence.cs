using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Operator;

/// <summary>
/// The tokens of I images on their way through a vision encoder, becoming fewer at a plan's sites there: the tower's [CLS] token and n
/// patches. The encoder holds the hidden states, this what goes with them. [CLS] takes no part, but in front of the projector where it is a
/// visual token. The tensors belong to no dispose scope.
/// </summary>
internal sealed class VisionSequence : IDisposable
{
    private readonly VisualGrid grid;
    private readonly int lead;       // tokens in front of the patches: [CLS], where the tower has one
    private readonly bool keepsCls;
    private Tensor index;            // (I, l+n) int64: the patch each token started as; rows · columns for [CLS]
    private Tensor mass;             // (I, l+n) float32: original tokens each token stands for
    private Tensor? clsAttention;    // (I, l+n): of the block last observed
    private Tensor? keys;            // (I, l+n, heads, head size): of the same block
    private double massWeight;       // the latest site's weight of log mass on attention logits

    /// <param name="layout">How the visual tokens of each image lie.</param>
    /// <param name="hasCls">Whether the tower has a [CLS] token.</param>
    /// <param name="plan">The plan whose sites act.</param>
    /// <param name="images">The number of images, I.</param>
    /// <param name="device">Where the tokens are.</param>
    internal VisionSequence(VisualLayout layout, bool hasCls, ReductionPlan plan, long images, Device device)
    {
        using var scope = NewDisposeScope();
        (Plan, grid, lead) = (plan, layout.Grid!.Value, hasCls ? 1 : 0);
        var patches = grid.Rows * grid.Columns;
        keepsCls = layout.Count > patches;
        var all = Scalars.Arange(patches, device);
        index = (hasCls ? cat([Scalars.Full(patches, [1], ScalarType.Int64, device), all]) : all).expand(images, -1)
            .DetachFromDisposeScope();
        mass = ones_like(index, ScalarType.Float32).DetachFromDisposeScope();
    }

    /// <summary>The plan whose sites act.</summary>
    internal ReductionPlan Plan { get; }

    /// <summary>
    /// What each token's key adds to the logits of the tower's attention, (I, 1, 1, l+n); null where nothing. In the caller's dispose
    /// scope.
    /// </summary>
    internal Tensor? Bias => massWeight == 0 ? null : mass.log().Mul(massWeight).unsqueeze(1).unsqueeze(1);

    /// <summary>Keeps what sites see of a block: its keys, (I, l+n, heads, head size), and its [CLS] attention, (I, l+n).</summary>
    internal void Observe(Tensor blockKeys, Tensor? blockAttention)
    {
        keys?.Dispose();
        clsAttention?.Dispose();
        (keys, clsAttention) = (blockKeys.alias().DetachFromDisposeScope(), blockAttention?.alias().DetachFromDisposeScope());
    }

    /// <summary>Whether a site stands in a block of the tower.</summary>
    internal bool ActsIn(int block) => Sites(ReductionStage.Tower, block).Any();

    /// <summary>Applies the sites of one block to its hidden states between attention and MLP, (I, l+n, d) to (I, l+k, d).</summary>
    internal Tensor ReduceInBlock(int block, Tensor hidden) =>
        Sites(ReductionStage.Tower, block).Aggregate(hidden, (x, site) => Reduce(site, x, keepsCls ? site.Keep - 1 : site.Keep, lead));

    /// <summary>Applies the sites in front of the projector to the tower's feature, (I, l+n, d) to (I, l+k, d).</summary>
    internal Tensor ReduceFeature(Tensor feature) =>
        Sites(ReductionStage.Projector, 0).Aggregate(feature, (x, site) => Reduce(site, x, site.Keep, keepsCls ? 0 : lead));

    /// <summary>[CLS] attention to the visual tokens that are left, of the block last observed, (I, k); null without one.</summary>
    internal Tensor? ClsAttention => clsAttention is null ? null : Behind(clsAttention, First).contiguous();

    /// <summary>Where they stand among the visual tokens of the unreduced image, (I, k). As a visual token, [CLS] is the first.</summary>
    internal Tensor Places => keepsCls
        ? index.Add(1).remainder(Scalars.Full(grid.Rows * grid.Columns + 1, [], ScalarType.Int64, index.device))
        : Behind(index, First).clone();

    /// <summary>How many original tokens each one stands for, (I, k).</summary>
    internal Tensor Mass => Behind(mass, First).contiguous();

    private int First => keepsCls ? 0 : lead;

    /// <inheritdoc/>
    public void Dispose()
    {
        index.Dispose();
        mass.Dispose();
        clsAttention?.Dispose();
        keys?.Dispose();
    }

    private IEnumerable<ReductionSite> Sites(ReductionStage stage, int layer) =>
        Plan.Sites.Where(site => site.Stage == stage && site.Layer == layer);

    // The first tokens take no part.
    private Tensor Reduce(ReductionSite site, Tensor hidden, int keep, int first)
    {
        using var scope = NewDisposeScope();
        var input = new SiteInput(Behind(hidden, first), Behind(mass, first), Behind(index, first), grid,
            clsAttention is null ? null : Behind(clsAttention, first),
            Keys: site.NeedsKeys && keys is not null ? Compared(Behind(keys, first), site.Affinity.Feature) : null, Offset: first);
        var reduced = ReductionOperator.Reduce(input, site with { Keep = keep });                   // (I, k, d)
        var stay = cat([Scalars.Arange(first, hidden.device).expand(hidden.shape[0], -1), reduced.Anchors.Add(first)], 1); // (I, first+k)
        Swap(ref index, index.gather(1, stay));
        Swap(ref mass, cat([mass.narrow(1, 0, first), reduced.Mass], 1));
        if (clsAttention is not null)
            Swap(ref clsAttention, clsAttention.gather(1, stay));
        if (keys is not null)
            Swap(ref keys, keys.gather(1, stay.unsqueeze(-1).unsqueeze(-1).expand(-1, -1, keys.shape[2], keys.shape[3])));
        massWeight = site.ProportionalAttention;
        return cat([hidden.narrow(1, 0, first), reduced.Tokens], 1).MoveToOuterDisposeScope();
    }

    private static Tensor Compared(Tensor keys, AffinityFeature feature) =>
        feature == AffinityFeature.HeadMeanKey ? keys.mean([2L]) : keys.flatten(2);

    private static Tensor Behind(Tensor x, int first) => x.narrow(1, first, x.shape[1] - first);

    private static void Swap(ref Tensor held, Tensor next)
    {
        held.Dispose();
        held = next.DetachFromDisposeScope();
    }
}
