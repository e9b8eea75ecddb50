using EosMLNet.Onnx.Graphs;

namespace EosMLNet.Onnx.Operator;

/// <summary>
/// The operator of arXiv:2606.05232 as nodes: select anchors, transfer the dropped tokens to them, reweight. What it computes is what the
/// operator on torch's tensors computes, on all images of a batch side by side.
/// </summary>
internal static class SiteOperator
{
    private const double Forbidden = -1e30;

    /// <summary>Applies one site to the visual tokens of G images.</summary>
    /// <param name="tokens">The tokens.</param>
    /// <param name="site">The site.</param>
    /// <param name="kept">How many it keeps.</param>
    /// <param name="learned">The learned parameters of the plan's scores.</param>
    /// <exception cref="EosException">EOS4002: a criterion's input is missing, or a part of the site cannot be written.</exception>
    internal static ReducedTokens Reduce(SiteTokens tokens, ReductionSite site, KeptCount kept, ScoreParameters? learned)
    {
        var scores = new Scores(tokens, site, kept, learned);
        var score = scores.Total();                                                                 // (G, n)
        var weight = site.Extra?.Weight is { } weighing ? scores.Values(weighing) : null;           // (G, n)
        var anchors = Anchors.Of(score, weight, tokens, site, kept);
        var places = Within(anchors, tokens);                                                       // (G, k)
        var carried = tokens.Carried;                                                               // (G, n, d')
        var (states, mass) = (carried.Rows(places), tokens.Mass.Picked(places));                    // (G, k, d'), (G, k)
        if (site.Transfer > 0)
            (states, mass) = Transfer(tokens, carried, site, scores, anchors, places, states, mass);
        if (site.Reweight > 0)
            states *= Gain(score.Picked(places), anchors.Stays, site.Reweight).Unsqueeze(2);
        var (order, stays) = (anchors.Places, anchors.Stays);
        if (anchors.Residual is { } residual)
        {
            (states, mass, order) = WithResidual(tokens, carried, site, scores, anchors, residual, states, mass);
            stays = tokens.Present is null ? null : order.Less(tokens.CountNumber);
        }
        if (tokens.Planes is null)
            return new ReducedTokens(states, mass, order, stays, null);
        var (width, all) = (tokens.Tokens.Size(2), carried.Size(2));
        return new ReducedTokens(states.Slice(tokens.Graph.Integers(0), width, 2), mass, order, stays, states.Slice(width, all, 2));
    }

    // Places that are none look at the last token, and nothing is made of what they see.
    private static Value Within(Anchors anchors, SiteTokens tokens) =>
        anchors.Stays is null ? anchors.Places : anchors.Places.Minimum(tokens.CountNumber - 1);

    private static (Value States, Value Mass) Transfer(SiteTokens tokens, Value carried, ReductionSite site, Scores scores, Anchors anchors,
        Value places, Value kept, Value keptMass)
    {
        var affinity = Affinities.Of(tokens, site.Affinity, places);                                // (G, n, k)
        var allowed = Allowed(tokens, site, scores, places);
        if (anchors.Receives is { } receives)
            allowed = And(allowed, receives.Unsqueeze(1));
        if (anchors.Stays is { } stays)
            allowed = And(allowed, stays.Unsqueeze(1));
        var weights = site.Neighbours is { } count ? Nearest(tokens, affinity, allowed, places, count)
            : Weights(affinity, allowed, site.Temperature);
        if (site.Neighbours is null)
            weights *= anchors.Given.Unsqueeze(2);
        else if (tokens.There is { } there)
            weights *= there.Unsqueeze(2);
        if (site.GiverWeight is { } criterion)
            weights *= scores.Values(criterion).Unsqueeze(2);
        var given = weights * tokens.Mass.Unsqueeze(2) * site.Transfer;                             // (G, n, k)
        var taken = given.Sum(1);                                                                   // (G, k)
        var mass = keptMass + taken;
        var states = site.Normalization switch
        {
            Normalization.None => kept + Sums(weights) * site.Transfer,
            Normalization.AddedMean =>
                kept + Sums(given) * site.Transfer / taken.Equal(taken.Like(0)).Where(taken.Like(1), taken).Unsqueeze(2),
            Normalization.Mean => (kept + Sums(weights) * site.Transfer) / (weights.Sum(1) * site.Transfer + 1).Unsqueeze(2),
            _ => (kept * keptMass.Unsqueeze(2) + Sums(given)) / mass.Unsqueeze(2),
        };                                                                                          // (G, k, d')
        return (states, site.Neighbours is null ? mass : keptMass);

        Value Sums(Value weights) => weights.Transpose(0, 2, 1).MatMul(carried);
    }

    private static Value And(Value? a, Value b) => a is null ? b : a.And(b);

    // Which pairs the site's mask allows, (G, n, k), bool; null when all are.
    private static Value? Allowed(SiteTokens tokens, ReductionSite site, Scores scores, Value places)
    {
        if (site.Affinity.Mask == AffinityMask.None)
            return null;
        if (site.Affinity.Mask == AffinityMask.Window)
        {
            var window = tokens.Tables.LookUp(new(SiteTableKind.Windows, site.Keep), tokens.Index); // (G, n)
            return window.Unsqueeze(2).Equal(window.Picked(places).Unsqueeze(1));
        }
        var odd = scores.IsOdd().Cast(ElementType.Int64).Expand(tokens.Mass.Shape());               // (G, n)
        return odd.Unsqueeze(2).Less(odd.Like(1)).And(odd.Picked(places).Unsqueeze(1).Equal(odd.Like(1)));
    }

    // softmax(S/τ) over the receivers that are allowed; 0 where none is.
    private static Value Weights(Value affinity, Value? allowed, double temperature)
    {
        var masked = allowed is null ? affinity : allowed.Where(affinity, affinity.Like(Forbidden));
        var open = allowed?.Cast(affinity.Type);
        if (double.IsPositiveInfinity(temperature))
        {
            var all = open is null ? affinity.Like(1).Expand(affinity.Shape()) : open.Expand(affinity.Shape());
            var count = all.Sum(-1, keep: true);
            return all / count.Maximum(count.Like(1));
        }
        var weights = temperature == 0
            ? affinity.Size(2).Squeeze(0).Range().Unsqueeze(0, 1).Equal(masked.ArgMax()).Cast(affinity.Type)
            : (masked / temperature).Softmax();
        return open is null ? weights : weights * open;
    }

    // 1 for the tokens most similar to each anchor, itself apart; 0 for the others, (G, n, k).
    private static Value Nearest(SiteTokens tokens, Value affinity, Value? allowed, Value places, int count)
    {
        var graph = tokens.Graph;
        var open = tokens.CountNumber.Range().Unsqueeze(0, 2).Equal(places.Unsqueeze(1)).Not();      // (G, n, k)
        if (allowed is not null)
            open = open.And(allowed);
        if (tokens.Present is { } present)
            open = open.And(present.Unsqueeze(2));
        var turned = open.Where(affinity, affinity.Like(Forbidden)).Transpose(0, 2, 1);             // (G, k, n)
        var nearest = turned.Top(tokens.Count.Minimum(graph.Integers(count))).Places;
        var marked = graph.Number(affinity.Type, 0).Expand(turned.Shape())
            .ScatterElements(nearest, graph.Number(affinity.Type, 1).Expand(nearest.Shape()), 2);
        return marked.Transpose(0, 2, 1) * open.Cast(affinity.Type);
    }

    // 1 + ρ (ŵ − 1), ŵ = softmax(s)·k over the k tokens that stay.
    private static Value Gain(Value score, Value? stays, double reweight)
    {
        var among = stays is null ? score : stays.Where(score, score.Like(double.NegativeInfinity));
        var count = stays is null ? score.Size(1).Cast(score.Type) : stays.Cast(score.Type).Sum(1, keep: true);
        return (among.Softmax() * count - 1) * reweight + 1;
    }

    // What is dropped, as one token. It has the mass that the dropped tokens did not give away.
    private static (Value States, Value Mass, Value Anchors) WithResidual(SiteTokens tokens, Value carried, ReductionSite site,
        Scores scores, Anchors anchors, Value residual, Value kept, Value keptMass)
    {
        var share = anchors.Dropped;                                                                // (G, n)
        if (site.GiverWeight is { } criterion)
            share *= scores.Values(criterion);
        var left = share.Unsqueeze(1).MatMul(carried);                                              // (G, 1, d')
        var mass = Sum(tokens.Mass, tokens.Present) - Sum(keptMass, anchors.Stays);                 // (G, 1)
        var all = Value.Concat(1, anchors.Places, residual);
        var (ascending, order) = all.Top(all.Size(1), largest: false);                              // (G, k + 1)
        return (Value.Concat(1, kept, left).Rows(order), Value.Concat(1, keptMass, mass).Picked(order), ascending);

        static Value Sum(Value of, Value? there) => (there is null ? of : there.Where(of, of.Like(0))).Sum(1, keep: true);
    }
}
