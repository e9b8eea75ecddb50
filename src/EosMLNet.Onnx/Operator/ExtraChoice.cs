using EosMLNet.Onnx.Graphs;

namespace EosMLNet.Onnx.Operator;

/// <summary>How extra anchors are taken from the tokens that the score did not choose, as nodes.</summary>
/// <param name="tokens">The tokens; all images have n.</param>
/// <param name="site">The site.</param>
/// <param name="extra">Its extra anchors.</param>
/// <param name="weight">Weighs the tokens, (G, n); null for 1.</param>
internal sealed class ExtraChoice(SiteTokens tokens, ReductionSite site, ExtraAnchors extra, Value? weight)
{
    // As torch's operator has them.
    private const double LeastWeight = 1e-6, LeastPivot = 1e-10, Rounding = 1e-5, LeastSum = 1e-12, LeastMiss = 1e-3;

    private Graph Graph => tokens.Graph;

    private ElementType Type => tokens.Tokens.Type;

    private Value Count => Graph.Integers(extra.Count);

    /// <summary>Their places, (G, count), in the order of their choice.</summary>
    /// <param name="chosen">The tokens that the score chose, best first, (G, k).</param>
    /// <param name="taken">1 for those, 0 for the others, (G, n).</param>
    /// <param name="candidates">1 for tokens that may be taken, (G, n); null for all that are left.</param>
    internal Value Of(Value chosen, Value taken, Value? candidates) => extra.Rule switch
    {
        AnchorRule.Stride => Stride(taken),
        AnchorRule.Farthest => Farthest(taken),
        AnchorRule.Dissimilar => Dissimilar(chosen, taken),
        AnchorRule.Coverage => Covering(),
        AnchorRule.Determinantal => Determinantal(),
        AnchorRule.Crops => Crops(weight!),
        _ => DensityPeaks(candidates ?? -taken + 1),
    };

    // Of the m tokens left, in their order, the first of each m / count.
    private Value Stride(Value taken)
    {
        var left = tokens.CountNumber - taken.Slice(0, 1, 0).Sum(1).Squeeze(0).Cast(ElementType.Int64);
        var places = InOrder(-taken + 1, left.Unsqueeze(0));                                        // (G, m)
        var turns = Graph.Integers(Enumerable.Range(0, extra.Count).Select(i => (long)i).ToArray());
        return places.Gather(turns * (left / left.Like(extra.Count)), 1);
    }

    // The places of marked tokens, ascending: (G, n) to (G, count).
    private Value InOrder(Value marked, Value count)
    {
        var place = tokens.CountNumber.Range().Unsqueeze(0);                                        // (1, n)
        return marked.Greater(marked.Like(0)).Where(place, tokens.CountNumber).Top(count, largest: false).Values;
    }

    private Value Farthest(Value taken)
    {
        var product = Affinities.Of(tokens, site.Affinity, null);                                   // (G, n, n)
        // Two tokens that are nearest to each other tie. Only where both are rounded alike does the lower place win, whatever computes.
        var similarity = product.Maximum(product.Transpose(0, 2, 1));
        var never = similarity.Like(double.PositiveInfinity);
        var outputs = Graph.Loop(Graph.Number(ElementType.Int64, extra.Count), [Start()], (turn, state) =>
        {
            var next = (-state[0]).ArgMax();                                                        // (G, 1): the first of the least
            var toNext = similarity.Rows(next).Squeeze(1);                                          // (G, n)
            var nearest = state[0].Maximum(toNext);
            // What the choice begins with, where there is no anchor yet, is no likeness to an anchor.
            if (extra.Count == site.Keep)
                nearest = turn.Equal(turn.Like(0)).Where(toNext, nearest);
            return [nearest.ScatterElements(next, never.Expand(next.Shape()), 1), next];
        });
        return outputs[1].Squeeze(2).Transpose(1, 0);

        // How much each token resembles its most similar anchor; more than anything, if it is one.
        Value Start()
        {
            var lowest = similarity.Like(double.NegativeInfinity);
            if (extra.Count == site.Keep)
            {
                var place = tokens.CountNumber.Range();
                var self = place.Unsqueeze(1).Equal(place.Unsqueeze(0)).Unsqueeze(0);               // (1, n, n)
                return self.Where(lowest, similarity).Max(-1);
            }
            var anchor = taken.Greater(taken.Like(0));                                              // (G, n)
            return anchor.Where(never, anchor.Unsqueeze(1).Where(similarity, lowest).Max(-1));
        }
    }

    // One after another, each time the token that adds most to what is covered.
    private Value Covering()
    {
        var similarity = Affinities.Of(tokens, site.Affinity, null);                                // (G, n, n)
        var none = tokens.Mass - tokens.Mass;                                                       // (G, n)
        return OneByOne([none], none, Gain, (state, next) => [state[0].Maximum(similarity.Rows(next).Squeeze(1))]);

        Value Gain(Value[] state)
        {
            var gain = (similarity - state[0].Unsqueeze(1)).Maximum(similarity.Like(0)).Sum(-1);    // (G, n)
            return weight is null ? gain : gain * weight;
        }
    }

    // Cholesky's factorisation of the weighted similarities with the largest pivot first.
    private Value Determinantal()
    {
        var kernel = Affinities.Of(tokens, site.Affinity, null);                                    // (G, n, n)
        if (weight is not null)
        {
            var (least, most) = (-(-weight).Max(-1, keep: true), weight.Max(-1, keep: true));
            var scaled = (weight - least + LeastWeight) / (most - least + LeastWeight);             // (G, n)
            kernel = kernel * scaled.Unsqueeze(1) * scaled.Unsqueeze(2);
        }
        var place = tokens.CountNumber.Range();
        var self = place.Unsqueeze(1).Equal(place.Unsqueeze(0)).Unsqueeze(0);                       // (1, n, n)
        return OneByOne([kernel], tokens.Mass - tokens.Mass, state => self.Where(state[0], state[0].Like(0)).Sum(-1), (state, next) =>
        {
            var row = state[0].Rows(next).Squeeze(1);                                               // (G, n)
            var pivot = row.Picked(next).Maximum(row.Like(LeastPivot));                             // (G, 1)
            return [state[0] - row.Unsqueeze(2) * row.Unsqueeze(1) / pivot.Unsqueeze(2)];
        });
    }

    // The token that is worth most of those that are left, again and again, (G, count). Those that are worth the same but for rounding are
    // alike: the lowest place wins.
    private Value OneByOne(Value[] start, Value none, Func<Value[], Value> worth, Func<Value[], Value, Value[]> chosen)
    {
        var rounding = worth(start).Max(-1, keep: true) * Rounding;                                 // (G, 1)
        var outputs = Graph.Loop(Graph.Number(ElementType.Int64, extra.Count), [.. start, none], (_, state) =>
        {
            var open = worth([.. state]) + state[^1];                                               // (G, n)
            var best = open.Max(-1, keep: true) - rounding;
            var next = open.Less(best).Where(none.Like(0), none.Like(1)).ArgMax();                  // (G, 1)
            var never = none.Like(double.NegativeInfinity).Expand(next.Shape());
            return [.. chosen([.. state], next), state[^1].ScatterElements(next, never, 1), next];
        });
        return outputs[^1].Squeeze(2).Transpose(1, 0);
    }

    // Each of c crops has a part of the anchors by its mean weight, and takes its tokens of most weight.
    private Value Crops(Value weight)
    {
        var (n, crops) = (tokens.CountNumber, Graph.Number(ElementType.Int64, extra.Crops));
        var size = n / crops;
        var longer = n - size * crops; // how many crops have one token more
        var crop = crops.Range().Unsqueeze(1);                                                      // (c, 1)
        var sizes = size + crop.Less(longer).Cast(ElementType.Int64);                               // (c, 1)
        var turn = (size + 1).Range().Unsqueeze(0);                                                 // (1, s)
        // Each crop's tokens side by side, with the place behind the last token where there is none.
        var places = turn.Less(sizes).Where(crop * size + crop.Minimum(longer) + turn, n);          // (c, s)
        var nothing = weight.Like(0).Expand(Value.Concat(0, weight.Size(0), Graph.Integers(1)));
        var weights = Value.Concat(1, weight, nothing).Gather(places, 1);                           // (G, c, s)
        var mean = weights.Sum(-1) / sizes.Squeeze(1).Maximum(sizes.Like(1)).Cast(Type);            // (G, c)
        var part = mean / (mean.Sum(-1, keep: true) + LeastSum) * extra.Count;
        var shares = (part + LeastMiss).Cast(ElementType.Int64); // rounded down
        var left = -shares.Sum(-1, keep: true) + extra.Count;                                       // (G, 1)
        shares += Ranks(part, crops.Unsqueeze(0)).Less(left).Cast(ElementType.Int64);
        var kept = Ranks(weights, (size + 1).Unsqueeze(0)).Less(shares.Unsqueeze(2)); // (G, c, s)
        var own = places.Reshape(-1).Top(tokens.Count, largest: false).Places; // where each token lies, (n)
        var stays = kept.Reshape(Value.Concat(0, kept.Size(0), places.Reshape(-1).Size(0))).Gather(own, 1); // (G, n)
        return stays.Where(weight.Like(double.PositiveInfinity), weight).Top(Count).Places;
    }

    // How many along the last axis are more, or as much and in front.
    private static Value Ranks(Value x, Value length) => x.Top(length).Places.Top(length, largest: false).Places;

    private Value Dissimilar(Value chosen, Value taken)
    {
        var byScore = site.Keep - extra.Count - (site.Residual ? 1 : 0);
        var similarity = Affinities.Of(tokens, site.Affinity, chosen).Transpose(0, 2, 1);           // (G, p, n)
        if (extra.TextPivots > 0)
        {
            var text = tokens.TextPivots ?? throw new EosException(EosErrors.PlanMismatch,
                $"{site.Place} compares with text pivots, but there is no text. Use a plan without text pivots.");
            var toText = site.Affinity.Measure == AffinityMeasure.Cosine ? Affinities.Cosine(text, tokens.Feature)
                : -Affinities.Distance(text, tokens.Feature);
            similarity = Value.Concat(1, similarity, toText);
        }
        var pivots = byScore + extra.TextPivots;
        var added = new List<Value>();
        for (var pivot = 0; pivot < pivots && pivot < extra.Count; pivot++)
        {
            var share = extra.Count / pivots + (pivot < extra.Count % pivots ? 1 : 0);
            var own = similarity.Slice(pivot, pivot + 1, 1).Squeeze(1);                             // (G, n)
            var open = taken.Greater(taken.Like(0)).Where(own.Like(double.PositiveInfinity), own);
            var least = open.Top(Graph.Integers(share), largest: false).Places;                     // (G, share)
            taken += Anchors.Marked(least, tokens, masked: false);
            added.Add(least);
        }
        return Value.Concat(1, added);
    }

    // The centres of clusters of the candidates, by density peaks.
    private Value DensityPeaks(Value candidates)
    {
        var many = candidates.Slice(0, 1, 0).Sum(1).Cast(ElementType.Int64);                        // (1)
        var places = InOrder(candidates, many);                                                     // (G, c)
        var feature = tokens.Feature.Rows(places);                                                  // (G, c, f)
        var width = feature.Size(2).Cast(Type).Sqrt();
        var order = many.Squeeze(0).Range();                                                        // (c)
        var self = order.Unsqueeze(1).Equal(order.Unsqueeze(0)).Unsqueeze(0);                       // (1, c, c)
        var measured = Affinities.Distance(feature, feature) / width;
        var distance = self.Where(measured.Like(0), measured);                                      // (G, c, c)
        var nearest = distance.Top(Count, largest: false).Values;                                   // (G, c, count)
        var density = (-(nearest * nearest).Mean(-1)).Exp();                                        // (G, c)
        var (own, other) = (density.Unsqueeze(2), density.Unsqueeze(1));
        var earlier = order.Unsqueeze(0).Less(order.Unsqueeze(1)).Unsqueeze(0);                     // (1, c, c): the other stands before
        var denser = other.Greater(own).Or(other.Equal(own).And(earlier));
        var farthest = distance.Max(2, keep: true).Max(1, keep: true);                              // (G, 1, 1)
        var apart = denser.Where(distance, farthest).Min(-1);                                       // (G, c)
        return places.Picked((apart * density).Top(Count).Places);
    }
}
