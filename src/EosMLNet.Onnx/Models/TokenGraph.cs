using EosMLNet.Onnx.Graphs;
using EosMLNet.Onnx.Operator;

namespace EosMLNet.Onnx.Models;

/// <summary>
/// The tokens of B rows on their way through the decoder, as nodes: text and visual tokens together, becoming fewer at each site. Rows that
/// are shorter than T are filled up at their end, where causal attention never looks. Kept tokens keep their rotary positions.
/// </summary>
internal sealed class TokenGraph
{
    private readonly Graph graph;
    private readonly DecoderLayers decoder;
    private readonly ReductionPlan plan;
    private readonly ISiteTables tables;
    private readonly PrefillInputs inputs;
    private readonly Value embeddings;           // (B · T, d): of the prompts' ids
    private readonly Value hasImages;            // a single bool: false where tokens are added to prompts that were run before
    private readonly Value rowOfImage;           // (G, 1) int64
    private Dictionary<Observation, Value> observed = [];   // (G, heads, n) each
    private Dictionary<Observation, Value> keyNorms = [];   // (B, 1, T): also of the text
    private (int Layer, Value States, Value Keys)? before;  // the layer that was run last: what entered it, and the keys of its tokens
    private Value states;                        // (B · T, d), less what is added
    private Value? added;                        // (B · T, d): what the latest layer adds to them
    private Value cos, sin;                      // (B, T, hs / 2)
    private Value lengths;                       // (B) int64
    private Value slots;                         // (G, n) int64: visual tokens in the flattened rows; B · T for those that are none
    private Value index;                         // (G, n) int64: the numbers by which tables know them
    private Value mass;                          // (G, n)
    private Value? present, cls, planes;         // (G, n) bool, (G, n), (G, n, p · d)
    private int planesLeft;                      // p
    private double massWeight;                   // the latest site's weight of log mass on attention logits
    private TokenPlaces? places;
    private bool hasLastOnly;                    // whether states are those of each row's last token, (B, d)

    /// <param name="decoder">The decoder's layers.</param>
    /// <param name="plan">The plan whose sites act.</param>
    /// <param name="tables">What sites look up.</param>
    /// <param name="inputs">The prompts.</param>
    internal TokenGraph(DecoderLayers decoder, ReductionPlan plan, ISiteTables tables, PrefillInputs inputs)
    {
        (this.decoder, this.plan, this.tables, this.inputs) = (decoder, plan, tables, inputs);
        graph = inputs.Ids.Graph;
        (cos, sin, lengths, slots, index, present) = (inputs.Cos, inputs.Sin, inputs.Lengths, inputs.Slots, inputs.Index, inputs.Present);
        (cls, planes, planesLeft) = (inputs.ClsAttention, inputs.Planes, inputs.PlaneCount);
        mass = inputs.Mass ?? graph.Number(ElementType.Float, 1).Expand(slots.Shape());
        massWeight = inputs.Mass is null ? 0
            : plan.Sites.LastOrDefault(site => site.Stage == ReductionStage.Projector)?.ProportionalAttention ?? 0;
        rowOfImage = slots.Slice(0, 1, 1) / inputs.Ids.Size(1);
        hasImages = slots.Size(0).Squeeze(0).Greater(graph.Number(ElementType.Int64, 0));
        embeddings = decoder.Embed(inputs.Ids.Reshape(-1));
        states = Placed(embeddings, inputs.Features, slots);
    }

    /// <summary>Tokens of each row, (B), int64.</summary>
    internal Value Lengths => lengths;

    /// <summary>The visual tokens that are left, as numbers by which tables know them, (G, n), int64.</summary>
    internal Value Index => index;

    /// <summary>What each token's key adds to attention logits, (B, T); null where nothing.</summary>
    internal Value? KeyBias { get; private set; }

    private Value Rows => lengths.Size(0);

    private Value Width => cos.Size(1);

    private Value Flat => Rows * Width;

    private long StateWidth => decoder.Config.HiddenSize;

    /// <summary>Hidden states of each row's last token, (B, d), behind the last layer.</summary>
    internal Value Last()
    {
        AddUp();
        return hasLastOnly ? states : states.Gather(LastSlots());
    }

    /// <summary>Runs one layer.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="past">Keys and values of earlier tokens, (B, G, P, hs) each.</param>
    /// <param name="pastLengths">How many of them each row has, (B), int64.</param>
    /// <param name="pastBias">What they add to attention logits, (B, A); null where nothing does.</param>
    /// <returns>The keys and values of all tokens, in as many places as those of the earlier ones had.</returns>
    internal (Value Keys, Value Values) RunLayer(int layer, (Value Keys, Value Values) past, Value pastLengths, Value? pastBias)
    {
        // Behind the last layer nobody looks at other tokens than the last one of each row.
        hasLastOnly = layer == decoder.Config.LayerCount - 1 && planes is null;
        var wanted = hasLastOnly ? LastSlots() : null;
        var (entered, left, rest, keys, values) = decoder.Run(layer, states, added, Places(pastLengths, pastBias), past, wanted);
        before = (layer, entered, keys);
        (states, added) = (left, rest);
        if (planes is not null)
            AddPlane();
        return (keys, values);
    }

    /// <summary>Applies the sites in front of a layer; where there are no images, nothing happens.</summary>
    /// <param name="sites">The sites, each with how many tokens it keeps.</param>
    /// <returns>What each of them leaves, as numbers by which tables know visual tokens, (G, k).</returns>
    internal IReadOnlyList<Value> Reduce(IReadOnlyList<(ReductionSite Site, KeptCount Kept)> sites)
    {
        AddUp();
        Value?[] entering = [states, cos, sin, lengths, slots, index, mass, cls, planes, present];
        var left = graph.If(hasImages, () =>
        {
            var kept = new List<Value>();
            if (before is var (layer, entered, keys))
                Observe(layer, AttentionSource.LayerBefore, sites.Select(x => x.Site), entered, OfTokens(keys));
            foreach (var (site, count) in sites)
            {
                Observe(site.Layer, AttentionSource.OwnLayer, [site], states, keys: null);
                Reduce(site, count);
                kept.Add(index);
            }
            return [.. kept, .. new Value?[] { states, cos, sin, lengths, slots, index, mass, cls, planes, present }.OfType<Value>()];
        }, () =>
        {
            // Nobody looks at which tokens are there where there are none.
            var unchanged = entering.Take(9).OfType<Value>();
            var kept = Enumerable.Repeat(entering[5]!, sites.Count);
            var there = present is null ? [] : (Value[])[entering[9] ?? entering[5]!.Less(entering[5]!)];
            return [.. kept, .. unchanged, .. there];
        });
        var at = sites.Count;
        (states, cos, sin, lengths) = (left[at++], left[at++], left[at++], left[at++]);
        (slots, index, mass) = (left[at++], left[at++], left[at++]);
        cls = cls is null ? null : left[at++];
        planes = planes is null ? null : left[at++];
        present = present is null ? null : left[at];
        (observed, keyNorms, places, before) = ([], [], null, null);
        massWeight = sites[^1].Site.ProportionalAttention;
        return left[..sites.Count];
    }

    private void AddUp() => (states, added) = (added is null ? states : states + added, null);

    private void Reduce(ReductionSite site, KeptCount kept)
    {
        var visual = AtSlots(states);                                                                // (G, n, d)
        var tokens = new SiteTokens(visual, mass, index, tables, present, cls,
            site.CriteriaUsed.Select(criterion => (criterion, Seen: observed.GetValueOrDefault(Observation.Of(criterion, site))))
                .Where(x => x.Seen is not null).ToDictionary(x => x.criterion, x => x.Seen!),
            site.NeedsKeys ? Feature(site, visual) : null,
            site.Uses(ScoreCriterion.TextRelevance) ? InstructionMean() : null,
            site.Extra is { TextPivots: > 0 } extra ? TextPivots(site, extra.TextPivots) : null, Planes: planes);
        Shorten(SiteOperator.Reduce(tokens, site, kept, plan.Parameters));
    }

    // The sequence without the dropped tokens.
    private void Shorten(ReducedTokens reduced)
    {
        var (flat, width) = (Flat, Width);
        var within = reduced.Stays is null ? reduced.Anchors : reduced.Anchors.Minimum(slots.Size(1) - 1);
        var anchors = slots.Picked(within);                                                          // (G, k)
        if (reduced.Stays is { } stays)
            anchors = stays.Where(anchors, flat);
        // A token's place in its row, in the order of the rows; T where it goes, or where the row has none.
        var place = width.Squeeze(0).Range().Unsqueeze(0);                                           // (1, T)
        var there = place.Less(lengths.Unsqueeze(1)).Where(place, width).Reshape(-1);                // (B · T)
        var withoutVisual = Scattered(there, slots, width.Expand(slots.Shape()));
        var placeOfAnchor = graph.Node("Mod", ElementType.Int64, [anchors, width]);
        var leaving = Scattered(withoutVisual, anchors, placeOfAnchor).Reshape(Grid(width));         // (B, T)
        var stay = leaving.Less(width).Cast(ElementType.Int64);                                      // (B, T)
        var left = stay.Sum(1);                                                                      // (B)
        var longest = left.Max(0, keep: true);                                                       // (1): T'
        var first = Rows.Squeeze(0).Range().Unsqueeze(1);                                            // (B, 1)
        var source = (leaving.Top(longest, largest: false).Places + first * width).Reshape(-1);      // (B · T')
        var rank = (stay.CumulativeSum(1) - 1 + first * longest).Reshape(-1);                        // (B · T): places in the shorter rows
        var count = reduced.Anchors.Size(0) * reduced.Anchors.Size(1);
        var replaced = Scattered(flat.Squeeze(0).Range(), anchors, (count.Squeeze(0).Range() + flat).Reshape(anchors.Shape()));
        states = Value.Concat(0, states, reduced.Tokens.Reshape(-1, StateWidth)).Gather(replaced.Gather(source));
        slots = reduced.Stays is { } stayed ? stayed.Where(rank.Gather(anchors.Minimum(flat - 1)), Rows * longest) : rank.Gather(anchors);
        index = index.Picked(within);
        cls = cls?.Picked(within);
        foreach (var what in observed.Keys.ToArray())
            observed[what] = observed[what].Transpose(0, 2, 1).Rows(within).Transpose(0, 2, 1);
        foreach (var what in keyNorms.Keys.ToArray())
            keyNorms[what] = keyNorms[what].Reshape(-1).Gather(source).Reshape(Value.Concat(0, Rows, graph.Integers(1), longest));
        (mass, present, planes, lengths) = (reduced.Mass, reduced.Stays, reduced.Planes, left);
        (cos, sin) = (Shorter(cos), Shorter(sin));

        Value Shorter(Value x) => x.Reshape(-1, decoder.Config.HeadSize / 2).Gather(source)
            .Reshape(Value.Concat(0, Rows, longest, graph.Integers(-1)));
    }

    private TokenPlaces Places(Value pastLengths, Value? pastBias)
    {
        if (places is not null)
            return places;
        var all = pastLengths + lengths;                                                             // (B)
        KeyBias = massWeight == 0 ? null : OwnBias();
        var bias = KeyBias is null ? null : Value.Concat(1, pastBias!, KeyBias).Unsqueeze(1, 2);     // (B, 1, 1, A + T)
        return places = new TokenPlaces(Value.Concat(0, Rows, Width, graph.Integers(-1)), cos, sin,
            (all - 1).Cast(ElementType.Int32), all.Max(0, keep: true).Cast(ElementType.Int32),
            bias?.Expand(Value.Concat(0, Rows, graph.Integers(1), Width, bias.Size(3))));
    }

    // What each token's key adds to attention logits, (B, T).
    private Value OwnBias() =>
        (Scattered(graph.Number(ElementType.Float, 0).Expand(Flat), slots, mass.Log()) * massWeight).Reshape(Grid(Width));

    // The keys of the tokens themselves, of all places that there are for keys: (B, G, T, hs).
    private Value OfTokens(Value keys) => keys.Slice(graph.Integers(0), Width, 2);

    // Adds the first of the planes to the visual tokens, and takes it away.
    private void AddPlane()
    {
        AddUp();
        var d = StateWidth;
        var visual = AtSlots(states) + planes!.Slice(0, d, 2);
        states = Placed(states, visual.Reshape(-1, d), slots);
        planesLeft--;
        planes = planesLeft == 0 ? null : planes.Slice(d, long.MaxValue, 2);
    }

    // States with the given ones, (G · n, d), at the slots.
    private Value Placed(Value all, Value given, Value at)
    {
        var flat = all.Size(0);
        var own = flat.Squeeze(0).Range();
        var places = Scattered(own, at, (given.Size(0).Squeeze(0).Range() + flat).Reshape(at.Shape()));
        return Value.Concat(0, all, given).Gather(places);
    }

    // Numbers of all tokens, (B · T), with other ones at some places, (G, n); at places behind the last token nothing happens.
    private Value Scattered(Value all, Value at, Value updates)
    {
        if (present is null)
            return all.ScatterElements(at.Reshape(-1), updates.Reshape(-1), 0);
        var size = all.Size(0);
        return Value.Concat(0, all, all.Like(0).Reshape(1)).ScatterElements(at.Reshape(-1), updates.Reshape(-1), 0)
            .Slice(graph.Integers(0), size, 0);
    }

    // (B · T, f) to (G, n, f); 0 where an image has no token. What stands behind a row's end need not be a number.
    private Value AtSlots(Value all)
    {
        if (present is null)
            return all.Gather(slots);
        var found = all.Gather(slots.Minimum(Flat - 1));
        return present.Unsqueeze(2).Where(found, found.Like(0));
    }

    private Value Grid(Value width) => Value.Concat(0, Rows, width);

    private Value LastSlots() => Rows.Squeeze(0).Range() * Width + lengths - 1;                      // (B)

    // Keeps what scores need to see of a layer, given what enters it and the keys of its tokens; null to compute them.
    private void Observe(int layer, AttentionSource source, IEnumerable<ReductionSite> sites, Value entered, Value? keys)
    {
        foreach (var what in sites.SelectMany(Observation.Of).Where(needed => needed.Source == source).Distinct())
        {
            keys ??= decoder.TurnedKeys(layer, entered, Value.Concat(0, Rows, Width, graph.Integers(-1)), cos, sin);
            var seen = what.Criterion switch
            {
                ScoreCriterion.TextAttention => OfLast(layer, entered, keys),
                ScoreCriterion.KeyNorm => keyNorms[what] = keys.Abs().Sum(3).Sum(1, keep: true),     // (B, 1, T)
                _ => OfRaters(layer, entered, keys, what.Corrected),
            };
            observed[what] = AtSlots(seen.Transpose(0, 2, 1).Reshape(Value.Concat(0, Flat, graph.Integers(-1)))).Transpose(0, 2, 1);
        }
    }

    // Attention of each row's last token, averaged over heads, (B, 1, T).
    private Value OfLast(int layer, Value entered, Value keys) => Attention(layer, entered, lengths.Unsqueeze(1) - 1, keys).Mean(1);

    // Attention of the instruction's raters, their mean, of each head, (B, H, T).
    private Value OfRaters(int layer, Value entered, Value keys, bool corrected)
    {
        var (fromEnd, weight) = FindRaters();                                                        // (B, q)
        var at = lengths.Unsqueeze(1) - fromEnd;                                                     // (B, q)
        var attention = Attention(layer, entered, at, keys);                                         // (B, H, q, T)
        if (corrected)
            attention /= LogitsOfOnes(at).Unsqueeze(1);
        return (attention * weight.Unsqueeze(1, 3)).Sum(2);
    }

    // The attention of tokens at some places of each row, (B, q) to (B, H, q, T): each looks at those before it and itself.
    private Value Attention(int layer, Value entered, Value at, Value keys)
    {
        var byRow = Value.Concat(0, Rows, at.Size(1), graph.Integers(-1));
        var flat = (at + Rows.Squeeze(0).Range().Unsqueeze(1) * Width).Reshape(-1);
        var later = at.Unsqueeze(2).Less(Width.Squeeze(0).Range().Unsqueeze(0, 1)).Unsqueeze(1);     // (B, 1, q, T)
        var bias = later.Where(graph.Number(ElementType.Float, double.NegativeInfinity), graph.Number(ElementType.Float, 0));
        if (massWeight != 0)
            bias += OwnBias().Unsqueeze(1, 2);
        return decoder.Attention(layer, entered.Gather(flat), byRow, cos.Rows(at), sin.Rows(at), keys, bias);
    }

    // The logits between queries and keys of ones only: what positions alone contribute, (B, q, T).
    private Value LogitsOfOnes(Value at)
    {
        // Turned ones: (cos - sin, cos + sin).
        var ones = Value.Concat(2, cos - sin, cos + sin);                                            // (B, T, hs)
        return ones.Rows(at).MatMul(ones.Transpose(0, 2, 1)) / Math.Sqrt(decoder.Config.HeadSize);
    }

    // The instruction's tokens, of the unreduced rows, (B, T), bool.
    private Value Asked()
    {
        var place = inputs.Ids.Size(1).Squeeze(0).Range().Unsqueeze(0);                              // (1, T)
        var last = inputs.Lengths.Unsqueeze(1) - 1;
        return place.Less(inputs.AskedFrom!.Unsqueeze(1).Minimum(last)).Not().And(place.LessOrEqual(last));
    }

    // The mean of the unit embeddings of the question behind each image, (G, d).
    private Value InstructionMean()
    {
        var question = Asked();
        var shape = Value.Concat(0, question.Shape(), graph.Integers(-1));
        var counted = question.Cast(ElementType.Float).Unsqueeze(2);                              // (B, T, 1)
        var unit = embeddings / embeddings.Length(-1, keep: true).Maximum(embeddings.Like(1e-12));
        return ((unit.Reshape(shape) * counted).Sum(1) / counted.Sum(1)).Gather(rowOfImage.Reshape(-1));
    }

    // SparseVLM's raters: the instruction's tokens that get more than the mean of what visual tokens divide among them. How far they stand
    // from their row's end (its last token: 1), and one over their number, (B, T): 0 for tokens that do not rate.
    private (Value FromEnd, Value Weight) FindRaters()
    {
        var type = ElementType.Float;
        var question = Asked();                                                                  // (B, T)
        var shape = Value.Concat(0, question.Shape(), graph.Integers(-1));
        var text = embeddings.Reshape(shape);                                                        // (B, T, d)
        var images = inputs.Features.Reshape(Value.Concat(0, inputs.Slots.Shape(), graph.Integers(-1)));           // (G, n, d)
        var rows = rowOfImage.Reshape(-1);                                                           // (G)
        var logits = images.MatMul(text.Gather(rows).Transpose(0, 2, 1));                            // (G, n, T)
        var low = graph.Number(type, double.NegativeInfinity);
        var each = question.Gather(rows).Unsqueeze(1).Where(logits, low).Softmax();                  // (G, n, T)
        var share = inputs.Present is { } there
            ? (each * there.Cast(type).Unsqueeze(2)).Sum(1) / there.Cast(type).Sum(1, keep: true) : each.Mean(1);       // (G, T)
        var owns = Rows.Squeeze(0).Range().Unsqueeze(1).Equal(rows.Unsqueeze(0)).Cast(type);         // (B, G)
        var relevance = owns.MatMul(share);                                                          // (B, T)
        var counted = question.Cast(type);
        var mean = relevance.Sum(1, keep: true) / counted.Sum(1, keep: true);
        var above = relevance.Greater(mean).And(question);
        var some = above.Cast(type).Max(1, keep: true).Greater(graph.Number(type, 0));
        var rates = some.Where(above.Cast(type), counted);                                           // (B, T)
        // All tokens of the question are looked at; the weight tells which of them rate.
        var length = lengths.Unsqueeze(1);                                                           // (B, 1): of what is left
        var most = counted.Sum(1).Max(0, keep: true).Cast(ElementType.Int64);                        // (1): the longest question
        var fromEnd = most.Squeeze(0).Range().Unsqueeze(0) + 1;                                      // (1, q)
        // A row that is shorter than another's question looks from its first token on, and nothing is made of what that sees.
        var within = fromEnd.Minimum(length);                                                        // (B, q)
        var weight = rates.Picked(inputs.Lengths.Unsqueeze(1) - within) / rates.Sum(1, keep: true);
        return (within, fromEnd.LessOrEqual(length).Cast(type) * weight);
    }

    // The site's feature of some of the instruction's tokens: those with the longest keys, the longest first, (G, p, f).
    private Value TextPivots(ReductionSite site, int count)
    {
        var norms = keyNorms[Observation.Of(ScoreCriterion.KeyNorm, site)].Squeeze(1);               // (B, T)
        var asks = Asked().Cast(ElementType.Float).Sum(1, keep: true).Cast(ElementType.Int64);   // (B, 1)
        var place = Width.Squeeze(0).Range().Unsqueeze(0);
        var length = lengths.Unsqueeze(1);
        var open = place.Less(length - asks).Not().And(place.Less(length));                          // (B, T): the question stands last
        var order = open.Where(norms, norms.Like(double.NegativeInfinity)).Top(Width).Places;
        var turns = graph.Node("Mod", ElementType.Int64, [graph.Number(ElementType.Int64, count).Range().Unsqueeze(0), asks]);
        var hidden = states.Reshape(Value.Concat(0, Rows, Width, graph.Integers(-1))).Rows(order.Picked(turns));     // (B, p, d)
        return Feature(site, hidden).Gather(rowOfImage.Reshape(-1));
    }

    // What a site compares, (…, n, d) to (…, n, f).
    private Value Feature(ReductionSite site, Value hidden)
    {
        if (site.Affinity.Feature == AffinityFeature.Hidden)
            return hidden;
        var flat = hidden.Reshape(-1, StateWidth);
        var made = site.Affinity.Feature switch
        {
            AffinityFeature.FinalNorm => decoder.FinalNorm(flat),
            AffinityFeature.HeadMeanKey => decoder.Keys(site.Layer, flat).Reshape(0, -1, decoder.Config.HeadSize).Mean(1),
            _ => decoder.Keys(site.Layer, flat),
        };
        return made.Reshape(Value.Concat(0, hidden.Size(0), hidden.Size(1), graph.Integers(-1)));
    }
}
