using EosMLNet.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace EosMLNet.Operator;

/// <summary>Which of I images' n tokens stay, all as positions in ascending order; k anchors, m dropped tokens.</summary>
/// <param name="Anchors">Tokens that stay, (I, k).</param>
/// <param name="Dropped">The others, (I, m), the one whose place the residual token takes among them.</param>
/// <param name="Receives">Which anchors dropped tokens may transfer to, (I, k) bool; <see langword="null"/> for all.</param>
/// <param name="Gives">Which dropped tokens transfer, (I, m) bool; <see langword="null"/> for all.</param>
/// <param name="Residual">The place of the residual token, (I, 1); <see langword="null"/> without one.</param>
/// <param name="Affinity">S of each anchor to each token, (I, k, n), where the choice has looked at it.</param>
internal sealed record AnchorSelection(
    Tensor Anchors, Tensor Dropped, Tensor? Receives, Tensor? Gives, Tensor? Residual, Tensor? Affinity)
{
    // Of a determinantal choice: what each weight has beside 0 … 1, and what is divided by at least. Of all choices one by one: which part
    // of the first token's worth two tokens may differ by and still be alike. Of crops: what their weights have in all at least, and by how
    // much a number of tokens may miss a whole one.
    private const double LeastWeight = 1e-6, LeastPivot = 1e-10, Rounding = 1e-5, LeastSum = 1e-12, LeastMiss = 1e-3;

    /// <summary>The highest scores, then the extra anchors, then the residual's place: that of the best token left.</summary>
    public static AnchorSelection Of(Tensor score, SiteInput input, ReductionSite site)
    {
        var n = score.size(1);
        if (site.Keep < 1 || site.Keep > n)
            throw new EosException(EosErrors.PlanMismatch,
                $"{site.Place} keeps {site.Keep} visual tokens, but {n} enter it. Use a plan made for this model.");
        var diverse = site.Diversity > 0 && site.KeptByScore > 0;
        var (similarity, places) = diverse ? Diverse(score, input, site) : default;
        if (diverse && site is { Extra: null, Residual: false })
            return Chosen(places, similarity, score, site);
        // A stable sort: topk leaves open which of equal scores it takes.
        var order = score.detach().sort(-1, descending: true, stable: true).Indices;                       // (I, n)
        var chosen = diverse ? Positions(places, score, site.KeptByScore) : order.narrow(1, 0, site.KeptByScore);
        var anchors = Ascending(chosen);
        var rest = diverse ? Without(order, chosen) : order.narrow(1, site.KeptByScore, n - site.KeptByScore); // best first
        Tensor? receives = null, candidates = null;
        if (site.Extra is { } extra)
        {
            candidates = extra.Candidates is { } some ? rest.narrow(1, 0, some) : null;
            var added = extra.Rule switch
            {
                AnchorRule.Stride => Stride(Ascending(rest), extra.Count),
                AnchorRule.Farthest => Farthest(input, site.Affinity, anchors, extra.Count),
                AnchorRule.Dissimilar => Dissimilar(input, site, chosen, extra),
                AnchorRule.Coverage => Covering(input, site, extra),
                AnchorRule.Determinantal => Determinantal(input, site, extra),
                AnchorRule.Crops => OfCrops(input, site, extra),
                _ => DensityPeaks(input, site.Affinity.Feature, Ascending(candidates ?? rest), extra.Count),
            };
            anchors = Ascending(cat([anchors, added], 1));
            receives = extra.ReceiveAlone ? IsAmong(anchors, added) : null;
            rest = Without(rest, added);
        }
        var dropped = Ascending(rest);
        return new AnchorSelection(anchors, dropped, receives, candidates is null ? null : IsAmong(dropped, candidates),
            site.Residual ? rest.narrow(1, 0, 1) : null, null);
    }

    private static (AffinityRows Similarity, long[] Places) Diverse(Tensor score, SiteInput input, ReductionSite site)
    {
        using var guard = no_grad();
        var similarity = AffinityRows.Of(input, site.Affinity, site.KeptByScore);
        return (similarity, MarginalRelevance.Places(score, similarity, site.Diversity, site.KeptByScore));
    }

    // The host has chosen, and knows what is left: sorting on the device would be more, smaller operations. Where gradients are recorded,
    // those who transfer need an affinity that has them.
    private static AnchorSelection Chosen(long[] places, AffinityRows similarity, Tensor score, ReductionSite site)
    {
        var (n, k) = ((int)score.size(1), site.KeptByScore);
        var (stay, leave) = (new List<long>(places.Length), new List<long>((int)score.numel() - places.Length));
        foreach (var image in places.Chunk(k))
        {
            var stays = new bool[n];
            foreach (var place in image)
                stays[place] = true;
            for (var i = 0; i < n; i++)
                (stays[i] ? stay : leave).Add(i);
        }
        var anchors = Positions([.. stay], score, k);
        var affinity = site.Transfer > 0 && !is_grad_enabled() ? similarity.Rows(anchors, stay) : null;
        return new(anchors, Positions([.. leave], score, n - k), null, null, null, affinity);
    }

    private static Tensor Positions(long[] positions, Tensor score, int count) =>                          // (I, count)
        tensor(positions, [score.size(0), count]).Upload(score.device);

    private static Tensor Stride(Tensor rest, int count) =>                                                // (I, m) -> (I, count)
        rest.index_select(1, Scalars.Arange(count, rest.device).Mul(rest.size(1) / count));

    private static Tensor Farthest(SiteInput input, Affinity affinity, Tensor anchors, int count)
    {
        using var scope = NewDisposeScope();
        var product = ReductionOperator.Affinity(input, affinity).detach();                                // (I, n, n)
        // Two tokens that are nearest to each other tie. Only where both are rounded alike does the lower place win, whatever computes.
        var similarity = product.maximum(product.transpose(1, 2));
        var n = similarity.size(1);
        // How much each token resembles its most similar anchor, once there is one; more than anything else, if it is one.
        var nearest = anchors.size(1) > 0
            ? similarity.gather(2, anchors.unsqueeze(1).expand(-1, n, -1)).amax([-1]).scatter(1, anchors, Taken(anchors))
            : null;                                                                                        // (I, n)
        var added = new List<Tensor>();
        for (var i = 0; i < count; i++)
        {
            var wanted = nearest
                ?? similarity.MaskedFill(eye(n, dtype: ScalarType.Bool, device: similarity.device), double.NegativeInfinity).amax([-1]);
            var next = TransferWeights.First(wanted.eq(wanted.amin([-1], keepdim: true)));               // (I, 1)
            var toNext = similarity.gather(2, next.unsqueeze(1).expand(-1, n, -1)).squeeze(-1);            // (I, n)
            nearest = (nearest is null ? toNext : nearest.maximum(toNext)).scatter(1, next, Taken(next));
            added.Add(next);
        }
        return cat(added, 1).MoveToOuterDisposeScope();

        Tensor Taken(Tensor positions) => Scalars.Full(double.PositiveInfinity, positions.shape, similarity.dtype, similarity.device);
    }

    private static Tensor Covering(SiteInput input, ReductionSite site, ExtraAnchors extra)                // (I, count)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var similarity = ReductionOperator.Affinity(input, site.Affinity);                                 // (I, n, n)
        var weight = ReductionOperator.AnchorWeight(input, site);                                          // (I, n)
        var covered = zeros_like(similarity.select(1, 0));                                                 // (I, n)
        return OneByOne(extra.Count, Gain, next => covered = covered.maximum(RowOf(similarity, next))).MoveToOuterDisposeScope();

        Tensor Gain()
        {
            var gain = similarity.sub(covered.unsqueeze(1)).relu().sum(-1);                                // (I, n)
            return weight is null ? gain : gain.mul(weight);
        }
    }

    // Cholesky's factorisation with the largest pivot first: what is left of the similarities when the chosen tokens explain what they can.
    private static Tensor Determinantal(SiteInput input, ReductionSite site, ExtraAnchors extra)           // (I, count)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var left = ReductionOperator.Affinity(input, site.Affinity);                                       // (I, n, n)
        if (ReductionOperator.AnchorWeight(input, site) is { } weight)
        {
            var (least, most) = (weight.amin([-1], keepdim: true), weight.amax([-1], keepdim: true));
            var scaled = weight.sub(least).Add(LeastWeight).div(most.sub(least).Add(LeastWeight));         // (I, n)
            left = left.mul(scaled.unsqueeze(1)).mul(scaled.unsqueeze(2));
        }
        return OneByOne(extra.Count, () => left.diagonal(0, 1, 2), Eliminate).MoveToOuterDisposeScope();

        void Eliminate(Tensor next)
        {
            var row = RowOf(left, next);                                                                   // (I, n)
            var pivot = row.gather(1, next).maximum(Scalars.Full(LeastPivot, [1, 1], row.dtype, row.device));
            left = left.sub(row.unsqueeze(2).mul(row.unsqueeze(1)).div(pivot.unsqueeze(2)));
        }
    }

    // The token that is worth most of those that are left, again and again. Those that are worth the same but for rounding are alike: the
    // lowest place wins, whatever computes.
    private static Tensor OneByOne(int count, Func<Tensor> worth, Action<Tensor> chosen)                   // (I, count)
    {
        var added = new List<Tensor>();
        Tensor? taken = null, rounding = null;
        for (var i = 0; i < count; i++)
        {
            var all = worth();                                                                             // (I, n)
            taken ??= zeros_like(all, ScalarType.Bool);
            rounding ??= all.amax([-1], keepdim: true).Mul(Rounding);                                      // (I, 1)
            var open = all.MaskedFill(taken, double.NegativeInfinity);
            var next = TransferWeights.First(open.ge(open.amax([-1], keepdim: true).sub(rounding)));       // (I, 1)
            taken = taken.scatter(1, next, ones_like(next, ScalarType.Bool));
            added.Add(next);
            chosen(next);
        }
        return cat(added, 1);
    }

    private static Tensor OfCrops(SiteInput input, ReductionSite site, ExtraAnchors extra)                 // (I, count)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var weight = ReductionOperator.AnchorWeight(input, site)!;                                         // (I, n)
        var (n, crops) = ((int)weight.size(1), extra.Crops);
        var (size, longer) = (n / crops, n % crops); // so many crops have one token more
        int[] sizes = [.. Enumerable.Range(0, crops).Select(crop => size + (crop < longer ? 1 : 0))];
        // Each crop's tokens side by side, with the place behind the last token where there is none; and where each token lies.
        long[] places = [.. sizes.SelectMany((own, crop) => Enumerable.Range(0, size + 1)
            .Select(turn => turn < own ? crop * size + Math.Min(crop, longer) + turn : n))];
        long[] lies = [.. places.Index().Where(place => place.Item < n).Select(place => (long)place.Index)];
        var weights = nn.functional.pad(weight, [0L, 1L]).index_select(1, Row(places)).unflatten(1, [crops, size + 1]); // (I, c, s)
        var tokens = sizes.Select(own => Math.Max(1.0, own)).ToArray();
        var mean = weights.sum(-1).div(tensor(tokens, weight.dtype).Upload(weight.device));                // (I, c)
        var part = mean.div(mean.sum(-1, keepdim: true).Add(LeastSum)).Mul(extra.Count);                   // (I, c)
        var shares = part.Add(LeastMiss).floor();
        var left = shares.sum(-1, keepdim: true).neg().Add(extra.Count);                                   // (I, 1)
        shares = shares.Add(Ranks(part).lt(left));
        var kept = Ranks(weights).lt(shares.unsqueeze(-1)).flatten(1).index_select(1, Row(lies));          // (I, n)
        return weight.MaskedFill(kept, double.PositiveInfinity).sort(-1, descending: true, stable: true).Indices
            .narrow(1, 0, extra.Count).MoveToOuterDisposeScope();

        Tensor Row(long[] positions) => tensor(positions).Upload(weight.device);
    }

    // How many along the last axis are more, or as much and in front.
    private static Tensor Ranks(Tensor x) => x.sort(-1, descending: true, stable: true).Indices.sort(-1).Indices;

    private static Tensor RowOf(Tensor square, Tensor place) =>                                            // (I, n, n), (I, 1) -> (I, n)
        square.gather(1, place.unsqueeze(2).expand(-1, -1, square.size(2))).squeeze(1);

    private static Tensor Dissimilar(SiteInput input, ReductionSite site, Tensor chosen, ExtraAnchors extra)
    {
        using var scope = NewDisposeScope();
        var similarity = ReductionOperator.Affinity(input, site.Affinity, chosen).detach();                // (I, p, n)
        if (extra.TextPivots > 0)
            similarity = cat([similarity, ToText(input, site)], 1);
        var pivots = (int)similarity.size(1);
        var taken = zeros_like(input.Index, ScalarType.Bool).scatter(1, chosen, ones_like(chosen, ScalarType.Bool));   // (I, n)
        var added = new List<Tensor>();
        for (var pivot = 0; pivot < pivots && pivot < extra.Count; pivot++)
        {
            var share = extra.Count / pivots + (pivot < extra.Count % pivots ? 1 : 0);
            var least = similarity.select(1, pivot).MaskedFill(taken, double.PositiveInfinity)
                .sort(-1, descending: false, stable: true).Indices.narrow(1, 0, share);
            taken = taken.scatter(1, least, ones_like(least, ScalarType.Bool));
            added.Add(least);
        }
        return cat(added, 1).MoveToOuterDisposeScope();
    }

    // A text pivot has no place in the image: no spatial term.
    private static Tensor ToText(SiteInput input, ReductionSite site)                                      // (I, p, n)
    {
        var pivots = ComputeType.Cast(input.TextPivots
            ?? throw new EosException(EosErrors.PlanMismatch,
                $"{site.Place} compares with text pivots, but there is no text. Use a plan without text pivots."));
        var features = ReductionOperator.Feature(input, site.Affinity.Feature);
        return site.Affinity.Measure == AffinityMeasure.Distance
            ? cdist(pivots, features.contiguous(), 2, compute_mode.donot_use_mm_for_euclid_dist).neg()
            : nn.functional.normalize(pivots, dim: -1).matmul(nn.functional.normalize(features, dim: -1).transpose(1, 2));
    }

    private static Tensor DensityPeaks(SiteInput input, AffinityFeature feature, Tensor candidates, int count)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var distance = ReductionOperator.Distance(input, feature, candidates, candidates);                 // (I, c, c)
        distance = distance.Div(Math.Sqrt(ReductionOperator.Feature(input, feature).size(-1)));
        var nearest = distance.sort(-1, descending: false, stable: true).Values.narrow(2, 0, count);       // (I, c, count)
        var density = nearest.mul(nearest).mean([-1]).neg().exp();                                         // (I, c)
        var (self, other) = (density.unsqueeze(2), density.unsqueeze(1));
        var earlier = ones_like(distance, ScalarType.Bool).tril(-1); // (I, c, c): the other stands before
        var denser = other.gt(self).logical_or(other.eq(self).logical_and(earlier));
        // The densest token of all is as far from a denser one as anything is from anything.
        var farthest = distance.amax([1, 2], keepdim: true);                                               // (I, 1, 1)
        var apart = where(denser, distance, farthest).amin([-1]);                                          // (I, c)
        var best = apart.mul(density).sort(-1, descending: true, stable: true).Indices.narrow(1, 0, count);
        return candidates.gather(1, best).MoveToOuterDisposeScope();
    }

    // In their order: a mask as an index would ask the device how many there are.
    private static Tensor Without(Tensor positions, Tensor taken)
    {
        var first = IsAmong(positions, taken).to_type(ScalarType.Byte).sort(1, descending: false, stable: true).Indices;
        return positions.gather(1, first.narrow(1, 0, positions.size(1) - taken.size(1)));
    }

    private static Tensor IsAmong(Tensor positions, Tensor set) => positions.unsqueeze(-1).eq(set.unsqueeze(1)).any(-1);

    private static Tensor Ascending(Tensor positions) => positions.sort(-1).Values;
}
