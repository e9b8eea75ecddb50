using EosMLNet.Runtime;
using static TorchSharp.torch;

namespace EosMLNet.Reduction;

/// <summary>Which of I images' n tokens stay, all as positions in ascending order; k anchors, m dropped tokens.</summary>
/// <param name="Anchors">Tokens that stay, (I, k).</param>
/// <param name="Dropped">The others, (I, m), the one whose place the residual token takes among them.</param>
/// <param name="Receives">Which anchors dropped tokens may transfer to, (I, k) bool; <see langword="null"/> for all.</param>
/// <param name="Residual">The place of the residual token, (I, 1); <see langword="null"/> without one.</param>
internal sealed record AnchorSelection(Tensor Anchors, Tensor Dropped, Tensor? Receives, Tensor? Residual)
{
    /// <summary>The highest scores, then the extra anchors, then the residual's place: that of the best token left.</summary>
    public static AnchorSelection Of(Tensor score, SiteInput input, ReductionSite site)
    {
        var n = score.size(1);
        if (site.Keep < 1 || site.Keep > n)
            throw new EosException(EosErrors.PlanMismatch, $"{site.Place} keeps {site.Keep} visual tokens, but {n} enter it. Use a plan made for this model.");
        // A stable sort: topk leaves open which of equal scores it takes.
        var order = score.detach().sort(-1, descending: true, stable: true).Indices;                       // (I, n)
        var anchors = Ascending(order.narrow(1, 0, site.KeptByScore));
        var rest = order.narrow(1, site.KeptByScore, n - site.KeptByScore);                                // best first
        Tensor? receives = null;
        if (site.Extra is { } extra)
        {
            var added = extra.Rule == AnchorRule.Stride ? Stride(Ascending(rest), extra.Count) : Farthest(input, site.Affinity, anchors, extra.Count);
            anchors = Ascending(cat([anchors, added], 1));
            receives = extra.ReceiveAlone ? IsAmong(anchors, added) : null;
            rest = rest.masked_select(IsAmong(rest, added).logical_not()).view(rest.size(0), -1);
        }
        return new AnchorSelection(anchors, Ascending(rest), receives, site.Residual ? rest.narrow(1, 0, 1) : null);
    }

    private static Tensor Stride(Tensor rest, int count) =>                                                // (I, m) -> (I, count)
        rest.index_select(1, Scalars.Range(count, rest.device).Times(rest.size(1) / count));

    private static Tensor Farthest(SiteInput input, Affinity affinity, Tensor anchors, int count)
    {
        using var scope = NewDisposeScope();
        var similarity = ReductionOperator.Affinity(input, affinity).detach();                             // (I, n, n)
        var n = similarity.size(1);
        // How much each token resembles its most similar anchor, once there is one; more than anything else, if it is one.
        var nearest = anchors.size(1) > 0
            ? similarity.gather(2, anchors.unsqueeze(1).expand(-1, n, -1)).amax([-1]).scatter(1, anchors, Taken(anchors))
            : null;                                                                                        // (I, n)
        var added = new List<Tensor>();
        for (var i = 0; i < count; i++)
        {
            var wanted = nearest ?? similarity.Filled(eye(n, dtype: ScalarType.Bool, device: similarity.device), double.NegativeInfinity).amax([-1]);
            var next = ReductionOperator.First(wanted.eq(wanted.amin([-1], keepdim: true)));               // (I, 1)
            var toNext = similarity.gather(2, next.unsqueeze(1).expand(-1, n, -1)).squeeze(-1);            // (I, n)
            nearest = (nearest is null ? toNext : nearest.maximum(toNext)).scatter(1, next, Taken(next));
            added.Add(next);
        }
        return cat(added, 1).MoveToOuterDisposeScope();

        Tensor Taken(Tensor positions) => Scalars.Constant(double.PositiveInfinity, positions.shape, similarity.dtype, similarity.device);
    }

    private static Tensor IsAmong(Tensor positions, Tensor set) => positions.unsqueeze(-1).eq(set.unsqueeze(1)).any(-1);

    private static Tensor Ascending(Tensor positions) => positions.sort(-1).Values;
}
