using EosMLNet.Onnx.Graphs;

namespace EosMLNet.Onnx.Operator;

/// <summary>Which tokens a site keeps, as nodes. Places are ascending; where images keep different numbers, those behind an image's last
/// are the number of tokens that entered, n.</summary>
/// <param name="Places">(G, k), int64.</param>
/// <param name="Stays">Which of them an image has, (G, k), bool; null where all have k.</param>
/// <param name="Given">1 for tokens that transfer, 0 for the others, (G, n).</param>
/// <param name="Receives">Which anchors dropped tokens may transfer to, (G, k), bool; null for all.</param>
/// <param name="Dropped">1 for tokens that are not kept, 0 for the others, (G, n); that whose place the residual token takes among
/// them.</param>
/// <param name="Residual">The place of the residual token, (G, 1); n where an image has none; null without one.</param>
internal sealed record Anchors(Value Places, Value? Stays, Value Given, Value? Receives, Value Dropped, Value? Residual)
{
    /// <summary>Chooses the highest scores, then the extra anchors, then the residual's place: that of the best token left.</summary>
    /// <param name="score">(G, n).</param>
    /// <param name="weight">What weighs tokens where a rule chooses them, (G, n); null for 1.</param>
    /// <param name="tokens">The tokens.</param>
    /// <param name="site">The site.</param>
    /// <param name="kept">How many it keeps.</param>
    /// <exception cref="EosException">EOS4002: a part of the site cannot be written as operators.</exception>
    internal static Anchors Of(Value score, Value? weight, SiteTokens tokens, ReductionSite site, KeptCount kept)
    {
        if (tokens.Tables.AreFixed || site.Extra is null && !site.Residual)
            return Chosen(score, weight, tokens, site, kept);
        if (tokens.Present is not null)
            return ImageByImage(score, weight, tokens, site, kept.Most);
        return !site.Residual ? Fitted(score, weight, tokens, site, tokens.CountNumber) : throw new EosException(EosErrors.PlanMismatch,
            $"{site.Place} has a residual token where images have different numbers of tokens, which cannot be written as operators of " +
            "this layout. Answer with torch or with OnnxModel, or use another plan.");
    }

    // Of images that have different numbers of tokens, one after another.
    private static Anchors ImageByImage(Value score, Value? weight, SiteTokens tokens, ReductionSite site, Value most)
    {
        var (count, nowhere) = (tokens.Count, tokens.CountNumber);
        var parts = tokens.Graph.Loop(tokens.Mass.Size(0).Squeeze(0), [], (turn, _) =>
        {
            var image = turn.Reshape(1);
            var own = weight is null ? null : tokens.OwnOf(weight, image);
            var one = Fitted(tokens.OwnOf(score, image), own, tokens.Of(image), site, nowhere);
            return
            [
                Filled(one.Places, most, nowhere), Filled(one.Given, count, score.Like(0)),
                Filled(one.Receives!, most, nowhere.Less(nowhere)), Filled(one.Dropped, count, score.Like(0)), .. Optional(one.Residual),
            ];
        }).Select(part => part.Squeeze(1)).ToArray();
        return new Anchors(parts[0], parts[0].Less(nowhere), parts[1], parts[2], parts[3], parts.ElementAtOrDefault(4));
    }

    // (1, m) to (1, n): with something behind the last.
    private static Value Filled(Value x, Value count, Value with) =>
        Value.Concat(1, x, with.Expand(Value.Concat(0, x.Graph.Integers(1), count - x.Size(1))));

    // Of images that are alike, but may have fewer tokens than the site keeps: then all stay.
    private static Anchors Fitted(Value score, Value? weight, SiteTokens tokens, ReductionSite site, Value nowhere)
    {
        var graph = tokens.Graph;
        var parts = graph.If(tokens.CountNumber.Less(graph.Number(ElementType.Int64, site.Keep)), () =>
        {
            var all = tokens.CountNumber.Range().Unsqueeze(0).Expand(score.Shape());
            var none = score.Like(0).Expand(score.Shape());
            var noPlace = site.Residual ? nowhere.Expand(Value.Concat(0, score.Size(0), graph.Integers(1))) : null;
            return [all, none, all.Equal(all), none, .. Optional(noPlace)];
        }, () =>
        {
            var chosen = Chosen(score, weight, tokens, site, new KeptCount(graph.Integers(site.Keep), null));
            var receives = chosen.Receives ?? chosen.Places.Equal(chosen.Places);
            return [chosen.Places, chosen.Given, receives, chosen.Dropped, .. Optional(chosen.Residual)];
        });
        return new Anchors(parts[0], null, parts[1], parts[2], parts[3], parts.ElementAtOrDefault(4));
    }

    private static Value[] Optional(Value? value) => value is null ? [] : [value];

    private static Anchors Chosen(Value score, Value? weight, SiteTokens tokens, ReductionSite site, KeptCount kept)
    {
        var byScore = kept.Less((site.Extra?.Count ?? 0) + (site.Residual ? 1 : 0));
        var chooses = site.Extra is null || site.Extra.Count + (site.Residual ? 1 : 0) < site.Keep;
        var diverse = site.Diversity > 0 && chooses;
        var order = diverse ? Diverse(score, tokens, site, byScore.Most) : score.Top(byScore.Most).Places;
        var (chosen, stays) = Limited(order, byScore, tokens);
        var (places, taken) = (chosen, Marked(chosen, tokens, stays is not null));                  // (G, k), (G, n)
        Value? receives = null, candidates = null;
        if (site.Extra is { } extra)
        {
            if (extra.Candidates is { } most)
            {
                var some = tokens.Graph.Integers(most).Minimum(tokens.Count - byScore.Most);
                candidates = Marked(Without(score, taken).Top(some).Places, tokens, masked: false);
            }
            var added = new ExtraChoice(tokens, site, extra, weight).Of(chosen, taken, candidates);
            places = chooses ? Value.Concat(1, chosen, added) : added;
            taken += Marked(added, tokens, masked: false);
            places = Ascending(places);
            receives = !extra.ReceiveAlone ? null
                : places.Unsqueeze(2).Equal(added.Unsqueeze(1)).Cast(score.Type).Max(-1).Greater(score.Like(0));
        }
        else
        {
            places = Ascending(places);
            if (stays is not null)
                stays = places.Less(tokens.CountNumber);
        }
        var there = tokens.There;
        var dropped = there is null ? -taken + 1 : there - taken;                                   // (G, n)
        var residual = site.Residual ? Without(score, taken).ArgMax() : null;
        return new Anchors(places, stays, candidates is null ? dropped : dropped * candidates, receives, dropped, residual);
    }

    /// <summary>1 at some places, 0 elsewhere, (G, k) to (G, n).</summary>
    internal static Value Marked(Value places, SiteTokens tokens, bool masked)
    {
        var type = tokens.Tokens.Type;
        var room = masked ? tokens.Count + 1 : tokens.Count; // for places that are none
        var none = tokens.Graph.Number(type, 0).Expand(Value.Concat(0, tokens.Mass.Size(0), room));
        var marked = none.ScatterElements(places, tokens.Graph.Number(type, 1).Expand(places.Shape()), 1);
        return masked ? marked.Slice(tokens.Graph.Integers(0), tokens.Count, 1) : marked;
    }

    /// <summary>The places of the tokens in ascending order, (G, k).</summary>
    internal static Value Ascending(Value places) => places.Top(places.Size(1), largest: false).Values;

    private static Value Without(Value score, Value taken) =>
        taken.Greater(taken.Like(0)).Where(score.Like(double.NegativeInfinity), score);

    // Of places in the order of their choice, (G, k), those behind an image's own number become n.
    private static (Value Places, Value? Stays) Limited(Value chosen, KeptCount kept, SiteTokens tokens)
    {
        if (kept.Each is null)
            return (chosen, null);
        var stays = kept.Most.Squeeze(0).Range().Unsqueeze(0).Less(kept.Each);                      // (G, k)
        return (stays.Where(chosen, tokens.CountNumber), stays);
    }

    /// <summary>
    /// Maximal marginal relevance (J. Carbonell, J. Goldstein, SIGIR 1998): one after another, each time the token whose score exceeds most
    /// what it has in common with those chosen before it. The lower place wins ties.
    /// </summary>
    // A loop, since each choice waits for the one before it.
    private static Value Diverse(Value score, SiteTokens tokens, ReductionSite site, Value count)
    {
        var likeness = Affinities.Of(tokens, site.Affinity, null) * site.Diversity;                 // (G, n, n)
        var none = score.Like(0).Expand(score.Shape());
        var outputs = tokens.Graph.Loop(count.Squeeze(0), [score, none], (turn, state) =>
        {
            var (worth, taken) = (state[0], state[1]); // taken: minus infinity for tokens that were chosen
            var next = (worth + taken).ArgMax();                                                    // (G, 1)
            var beyond = score - likeness.Rows(next).Squeeze(1);                                    // (G, n)
            var lowered = turn.Equal(turn.Like(0)).Where(beyond, worth.Minimum(beyond));
            return [lowered, taken.ScatterElements(next, score.Like(double.NegativeInfinity).Expand(next.Shape()), 1), next];
        });
        return outputs[2].Squeeze(2).Transpose(1, 0);                                               // (k, G, 1) to (G, k)
    }
}
