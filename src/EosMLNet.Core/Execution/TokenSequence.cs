using EosMLNet.Models;
using EosMLNet.Operator;
using EosMLNet.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace EosMLNet.Execution;

/// <summary>
/// The tokens of a batch on their way through the decoder: text and visual tokens together, left-padded, becoming fewer at each site.
/// Kept tokens keep their rotary positions. Its tensors belong to no dispose scope.
/// </summary>
internal sealed class TokenSequence : TokenState, IDisposable
{
    private readonly VisionLanguageModel model;
    private readonly PromptBatch batch;
    private readonly IReadOnlyList<ImageGroup> groups;
    private readonly Tensor next;            // (B, 1) int64: the position of the first token behind each row
    private readonly Tensor? clsAttention;   // (N) at first: of the tokens of the unreduced images
    private readonly Tensor patchIndex;      // (N) int64 at first: the number by which tables know each token of the unreduced images
    private int[] counts;                    // visual tokens that each image has now
    private Tensor valid;                    // (B, T) bool
    private Tensor positions;                // (B, T) or (axes, B, T) int64: rotary positions, those of the unreduced sequence
    private Tensor mass;                     // (B, T) float32: original tokens each token stands for
    private Tensor slots;                    // (N) int64: visual tokens in the flattened (B·T) sequence
    private Tensor origins;                  // (N) int64: visual tokens that are left, as places among those of all unreduced images
    private readonly Dictionary<Observation, Tensor> observed = [];   // (B, heads, T) each: attention that sites score by
    private Raters? raters;                  // of the instructions, as places in the unreduced sequence
    private Tensor? instruction;             // (I, d): what scores compare with
    private Tensor? planes;                  // (N, p, d): what the next p layers add to the visual tokens
    private Tensor? hidden; // (B, T, d); null until a layer or a site needs it: a site in front of layer 0 takes the images as they come
    private TokenParts? parts;               // where somebody wants to know what tokens are made of
    private double massWeight;               // the latest site's weight of log mass on attention logits
    private bool padded;
    private Rotary rotary;

    internal TokenSequence(VisionLanguageModel model, PromptBatch batch) : base(model)
    {
        this.model = model;
        this.batch = batch;
        using var scope = NewDisposeScope();
        VisualLayout[] layouts = [.. batch.Images.Select(image => image.Layout)];
        groups = ImageGroup.Of(layouts, model.HiddenSize, model.Device);
        counts = [.. layouts.Select(layout => layout.Count)];
        valid = Keep(batch.Valid.alias());
        slots = Keep(batch.VisualSlots.alias());
        var (places, following) = model.Positions(valid, batch.Lengths, batch.Places);
        (positions, next) = (Keep(places), Keep(following));
        mass = Keep(ones_like(valid, ScalarType.Float32));
        origins = Keep(Scalars.Arange(counts.Sum(), model.Device));
        patchIndex = Keep(tensor(layouts.SelectMany(layout => layout.Indices).ToArray()).Upload(model.Device));
        padded = batch.Lengths.Distinct().Count() > 1;
        rotary = null!;
        planes = batch.Vision?.Planes is { } given ? Keep(given.to(model.DataType).alias()) : null;
        clsAttention = ClsAttention() is { } attention ? Keep(attention) : null;
        if (batch.Vision is { Kept: { } kept, Mass: { } keptMass } vision)
        {
            var weight = vision.Plan!.Sites.LastOrDefault(site => site.Stage == ReductionStage.Projector)?.ProportionalAttention ?? 0;
            Compact(OfAll(kept, vision.Counts), vision.Features.to(model.DataType), keptMass, vision.Counts, weight);
        }
        else
        {
            Refresh();
        }
    }

    /// <summary>Hidden states, (B, T, d).</summary>
    internal override Tensor Hidden => hidden ??= Keep(Embed());

    /// <summary>Position tables of the tokens.</summary>
    internal override Rotary Rotary => rotary;

    /// <summary>
    /// What each key adds to attention logits, (B, T): minus infinity for padding, the weighted log mass for merged tokens; null where
    /// nothing.
    /// </summary>
    internal Tensor? KeyBias { get; private set; }

    /// <summary>The attention bias of the whole sequence, (B, 1, T, T); null for plain causal attention.</summary>
    internal Tensor? Bias { get; private set; }

    /// <summary>Number of tokens a row, padding included.</summary>
    internal long Length => valid.shape[1];

    /// <summary>Which visual tokens of each image are left, as places in the unreduced image, ascending.</summary>
    internal long[][] Kept()
    {
        var left = origins.cpu().data<long>().ToArray().AsEnumerable();
        var kept = new long[counts.Length][];
        long start = 0;
        for (var image = 0; image < kept.Length; image++)
        {
            kept[image] = [.. left.Take(counts[image]).Select(origin => origin - start)];
            left = left.Skip(counts[image]);
            start += batch.Images[image].Layout.Count;
        }
        return kept;
    }

    /// <summary>
    /// What is left of each image's visual tokens. From the first call on it is followed what sites make them of.
    /// </summary>
    /// <param name="site">What the result calls the place.</param>
    internal IEnumerable<TokenTrace> Trace(int site)
    {
        using var scope = NewDisposeScope();
        var kept = Kept();
        parts ??= new(kept, batch.Images.Select(image => image.Layout), model.Device);
        var masses = batch.Vision is null ? [] : VisualMass.cpu().data<float>().ToArray();
        var traces = new List<TokenTrace>();
        foreach (var (image, places) in kept.Index())
        {
            traces.Add(new(image, batch.Images[image].Layout, site, [.. places.Select(place => (int)place)], masses[..places.Length],
                parts.Of(image)));
            masses = masses[places.Length..];
        }
        return traces;
    }

    /// <summary>What each visual token stands for, (N).</summary>
    internal Tensor VisualMass => mass.flatten().index_select(0, slots);

    /// <summary>Runs one decoder layer over all tokens, and keeps what the sites behind it need to see of it.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="cache">Empty; gets the keys and values. Null when nothing is decoded afterwards.</param>
    /// <param name="next">The sites in front of the layer behind it.</param>
    internal void RunLayer(int layer, LayerCache? cache, IEnumerable<ReductionSite> next)
    {
        using var scope = NewDisposeScope();
        // The layer's own keys serve its observers too.
        using var scratch = cache is null && next.Any() ? new LayerCache() : null;
        var left = model.RunLayer(layer, Hidden, Rotary, Bias, cache ?? scratch);
        if (batch.Vision is not null)
            Observe(layer, AttentionSource.LayerBefore, next, (cache ?? scratch)?.Keys);
        Replace(planes is null ? left : WithNextPlane(left));
    }

    // Adds the first of the planes to the visual tokens, and takes it away.
    private Tensor WithNextPlane(Tensor states)
    {
        using var scope = NewDisposeScope();
        var flat = states.flatten(0, 1);                                                            // (B·T, d)
        var all = WithVisual(states, flat.index_select(0, slots).Add(planes!.select(1, 0)));
        var left = planes.shape[1] == 1 ? null : Keep(planes.narrow(1, 1, planes.shape[1] - 1).alias());
        planes.Dispose();
        planes = left;
        return all.MoveToOuterDisposeScope();
    }

    private protected override void Keep(Observation what, Tensor attention)
    {
        if (observed.Remove(what, out var earlier))
            earlier.Dispose();
        observed[what] = Keep(attention);
    }

    /// <summary>
    /// Applies one site of a plan: afterwards each image has as many visual tokens as it keeps, and the sequence is shorter.
    /// </summary>
    /// <param name="site">The site.</param>
    /// <param name="parameters">Its numbers, on the model's device; null where its score learned nothing.</param>
    /// <param name="keeps">What it keeps of an image of so many visual tokens; <see langword="null"/> for its own count.</param>
    internal void Reduce(ReductionSite site, SiteTensors? parameters, Func<int, int>? keeps = null)
    {
        if (batch.Vision is null)
            return;
        using var scope = NewDisposeScope();
        Observe(site.Layer, AttentionSource.OwnLayer, [site], keys: null);
        parameters ??= SiteTensors.Of(site, null, ComputeType.Of(model.DataType), model.Device);
        var tokens = hidden is null ? batch.Vision.Features.to(model.DataType) : hidden.flatten(0, 1).index_select(0, slots);   // (N, d)
        var seen = new SeenTokens(tokens, VisualMass, patchIndex.index_select(0, origins), clsAttention?.index_select(0, origins),
            Observed(site), site.NeedsKeys ? Feature(site, tokens) : null, planes?.flatten(1));
        var left = new int[counts.Length];
        List<Tensor> stay = [], kept = [], masses = [], keptPlanes = [];
        foreach (var group in groups)
        {
            var places = group.Places(counts, model.Device);                                        // (g, n)
            var images = group.IsWhole ? null : tensor(group.Images.Select(image => (long)image).ToArray()).Upload(model.Device);
            var input = seen.Of(group, places) with
            {
                Instruction = site.Score.ContainsKey(ScoreCriterion.TextRelevance) ? Some(Instruction(), images) : null,
                TextPivots = site.Extra is { TextPivots: > 0 } extra ? Some(TextPivots(site, extra.TextPivots), images) : null,
            };
            if (parts is not null)
                input = parts.With(group, input);
            var counted = keeps is null ? site : site with { Keep = keeps(group.Layout.Count), KeepShare = null };
            var reduced = ReductionOperator.Reduce(input, counted, parameters);                     // (g, k, d)
            if (parts is not null)
                reduced = parts.Taken(group, reduced);
            foreach (var image in group.Images)
                left[image] = (int)reduced.Anchors.shape[1];
            stay.Add(places.gather(1, reduced.Anchors));
            kept.Add(reduced.Tokens);
            masses.Add(reduced.Mass);
            if (reduced.Planes is { } carried)
                keptPlanes.Add(carried);
        }
        var order = Order(left);
        if (planes is not null)
        {
            using var earlier = planes;
            planes = Keep(InOrder(keptPlanes, order).view(-1, earlier.shape[1], earlier.shape[2]));
        }
        Compact(InOrder(stay, order), InOrder(kept, order), InOrder(masses, order), left, site.ProportionalAttention);
    }

    private static Tensor Some(Tensor all, Tensor? images) => images is null ? all : all.index_select(0, images);

    // Where the tokens that are left of each image stand in the groups' results, one group behind the other; null where that is their
    // order.
    private Tensor? Order(IReadOnlyList<int> left)
    {
        if (groups.Count == 1)
            return null;
        var starts = new long[left.Count];
        long at = 0;
        foreach (var image in groups.SelectMany(group => group.Images))
        {
            starts[image] = at;
            at += left[image];
        }
        return tensor(left.SelectMany((count, image) => Enumerable.Range(0, count).Select(i => starts[image] + i)).ToArray())
            .Upload(model.Device);
    }

    // (g, k, …) of each group to (N, …) in the order of the images.
    private static Tensor InOrder(IReadOnlyList<Tensor> groups, Tensor? order) =>
        order is null ? groups[0].flatten(0, 1) : cat([.. groups.Select(x => x.flatten(0, 1))]).index_select(0, order);

    // Places within each image to places among the tokens of all images, (N). Only before any site has acted.
    private Tensor OfAll(Tensor kept, IReadOnlyList<int> keptCounts)
    {
        long start = 0;
        var starts = new List<long>();
        for (var image = 0; image < counts.Length; start += counts[image++])
            starts.AddRange(Enumerable.Repeat(start, keptCounts[image]));
        return kept.Add(tensor(starts.ToArray()).Upload(model.Device));
    }

    // Of all visual tokens those at the given places stay, (N'), as the given tokens, (N', d), with the given mass, (N'); the sequence gets
    // shorter.
    private void Compact(Tensor staying, Tensor tokens, Tensor tokensMass, IReadOnlyList<int> left, double weight)
    {
        using var scope = NewDisposeScope();
        var anchors = slots.index_select(0, staying);                                               // (N')
        var stay = valid.flatten().index_copy(0, slots, zeros_like(slots, ScalarType.Bool))
            .index_copy(0, anchors, ones_like(anchors, ScalarType.Bool)).view_as(valid);
        var withMass = mass.flatten().index_copy(0, anchors, tokensMass).view_as(mass);

        int[] lengths = [.. batch.Lengths];
        foreach (var ((row, layout), count) in batch.Images.Zip(left))
            lengths[row] += count - layout.Count;
        var order = Scalars.Arange(Length, model.Device).expand_as(stay).MaskedFill(stay.logical_not(), -1)
            .sort(1).Values.narrow(1, Length - lengths.Max(), lengths.Max());                       // (B, T'): -1 at padding
        var source = Clamp(order);
        // The i-th token that stays moves to the i-th place after the padding.
        var rank = stay.cumsum(1);
        var moved = rank.Add(-1).Add(rank.narrow(1, Length - 1, 1).RSub(lengths.Max()))
            .Add(Scalars.Arange(batch.Count, model.Device).Mul(lengths.Max()).unsqueeze(1));      // (B, T), within the flattened (B·T')

        Swap(ref slots, moved.flatten().index_select(0, anchors));
        var shorter = hidden is null ? model.EmbedTokens(batch.Ids.gather(1, source))
            : hidden.gather(1, source.unsqueeze(-1).expand(-1, -1, hidden.shape[2]));
        Replace(WithVisual(shorter, tokens));
        Swap(ref origins, origins.index_select(0, staying));
        Swap(ref positions, positions.gather(-1, positions.dim() == 2 ? source : source.unsqueeze(0).expand(positions.shape[0], -1, -1)));
        Swap(ref mass, withMass.gather(1, source));
        Swap(ref valid, order.ge(Scalars.Literal(0)));
        foreach (var (what, attention) in observed.ToArray())
        {
            observed[what] = Keep(attention.gather(2, source.unsqueeze(1).expand(-1, attention.shape[1], -1)));
            attention.Dispose();
        }
        counts = [.. left];
        padded = lengths.Distinct().Count() > 1;
        massWeight = weight;
        Refresh();
    }

    /// <summary>Positions of a token that follows, (B, 1): decoding goes on at the unreduced length.</summary>
    /// <param name="step">How many tokens were decoded before.</param>
    internal Tensor NextPosition(int step) => next.Add(step);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var held in new[] { patchIndex, clsAttention, next, valid, positions, mass, slots, origins, planes, hidden, instruction,
            Rotary.Cos, Rotary.Sin, KeyBias, Bias, raters?.Index, raters?.Weight }.Concat(observed.Values))
            held?.Dispose();
        parts?.Dispose();
    }

    // Of the tokens of the unreduced images, (N): the encoder may have left fewer.
    private Tensor? ClsAttention() => batch.Vision is { ClsAttention: { } left, Kept: { } places, Counts: var keptCounts }
        ? zeros(counts.Sum(), left.dtype, left.device).scatter(0, OfAll(places, keptCounts), left)
        : batch.Vision?.ClsAttention?.alias();

    private Tensor Embed()
    {
        using var scope = NewDisposeScope();
        var text = model.EmbedTokens(batch.Ids);                                                    // (B, T, d)
        return (batch.Vision is null ? text : WithVisual(text, batch.Vision.Features)).MoveToOuterDisposeScope();
    }

    // Writes visual tokens, (N, d), into their slots.
    private Tensor WithVisual(Tensor states, Tensor tokens) =>
        states.flatten(0, 1).index_copy_(0, slots, tokens.to(states.dtype)).view_as(states);

    // What depends on the tokens' places and stays the same from one site to the next.
    private void Refresh()
    {
        using var scope = NewDisposeScope();
        rotary?.Cos.Dispose();
        rotary?.Sin.Dispose();
        KeyBias?.Dispose();
        Bias?.Dispose();
        var tables = model.Rotary(positions);
        rotary = new Rotary(Keep(tables.Cos), Keep(tables.Sin));
        KeyBias = Bias = null;
        if (!padded && massWeight == 0)
            return;
        var keyBias = mass.log().Mul(massWeight);                                                                   // (B, T)
        if (padded)
            keyBias = keyBias.MaskedFill(valid.logical_not(), double.NegativeInfinity);
        var room = Aligned(Length) - Length; // behind the last token, which nobody looks at
        var later = ones(Length, Length + room, ScalarType.Bool, model.Device).triu(1);                             // (T, W)
        var bias = nn.functional.pad(keyBias, [0, room]).unsqueeze(1).expand(-1, Length, -1)
            .MaskedFill(later, double.NegativeInfinity);                                                            // (B, T, W)
        if (padded)
        {
            // Padding sees itself: a row of nothing but minus infinities would not be a number.
            var padding = nn.functional.pad(valid.logical_not(), [0, room]).unsqueeze(1);                           // (B, 1, W)
            bias = bias.MaskedFill(eye(Length, Length + room, ScalarType.Bool, model.Device).logical_and(padding), 0);
        }
        KeyBias = Keep(keyBias.to(model.DataType));
        Bias = Keep(bias.unsqueeze(1).to(model.DataType).narrow(3, 0, Length));                       // (B, 1, T, T)
    }

    /// <summary>The length of a row of an attention bias for some keys: GPUs copy one whose rows do not begin at multiples of 16.</summary>
    internal static long Aligned(long keys) => (keys + 15) / 16 * 16;

    // Of the question behind each image: its embeddings, not its hidden states, so that it is the same at every site. (I, d)
    private Tensor Instruction()
    {
        if (instruction is not null)
            return instruction;
        using var scope = NewDisposeScope();
        var (first, count) = (batch.FirstAsked, batch.Ids.shape[1] - batch.FirstAsked);
        var mean = InstructionMean.Of(model.EmbedTokens(batch.Ids.narrow(1, first, count)), Asked().narrow(1, first, count));
        return instruction = Keep(mean.index_select(0, batch.ImageRows));
    }

    // The tokens behind a row's last image, in the unreduced sequence; at least the last one. (B, T)
    private Tensor Asked() =>
        Scalars.Arange(batch.Ids.shape[1], model.Device).unsqueeze(0)
            .ge(batch.InstructionStarts.Clamp(0, batch.Ids.shape[1] - 1).unsqueeze(1));

    private protected override Tensor Asking => Scalars.Full(Length - 1, [batch.Count, 1], ScalarType.Int64, model.Device);

    // They stand behind the images: from the end of the sequence, their places never change.
    private protected override Raters Raters
    {
        get
        {
            raters ??= FindRaters();
            return raters with { Index = raters.Index.Add(Length - batch.Ids.shape[1]) };           // (B, q)
        }
    }

    private protected override Tensor BiasOf(Tensor queries)
    {
        var later = Scalars.Arange(Length, model.Device).gt(queries.unsqueeze(-1));                 // (B, q, T)
        var bias = zeros(later.shape, Hidden.dtype, model.Device).MaskedFill(later, double.NegativeInfinity).unsqueeze(1);
        return KeyBias is null ? bias : bias.Add(KeyBias.unsqueeze(1).unsqueeze(1));
    }

    private Raters FindRaters()
    {
        var found = Raters.Find(ImagesOfRows(), model.EmbedTokens(batch.Ids), Asked());
        return new Raters(Keep(found.Index), Keep(found.Weight));
    }

    // Visual tokens as they enter the decoder, (g, n, d), and the rows of their images, (g), of each group.
    private IEnumerable<(Tensor Visual, Tensor Rows)> ImagesOfRows()
    {
        var (all, left) = (batch.Vision!.Features, batch.Vision.Counts);
        return groups.Select(group => (group.Of(all, group.Places(left, model.Device)),
            tensor(group.Images.Select(image => (long)batch.Images[image].Row).ToArray()).Upload(model.Device)));
    }

    // What the site's criteria have seen of the visual tokens, (N, heads) each.
    private Dictionary<ScoreCriterion, Tensor> Observed(ReductionSite site)
    {
        var seen = new Dictionary<ScoreCriterion, Tensor>();
        foreach (var criterion in site.CriteriaUsed)
        {
            if (observed.TryGetValue(Observation.Of(criterion, site), out var attention))
                seen[criterion] = attention.transpose(1, 2).flatten(0, 1).index_select(0, slots);
        }
        return seen;
    }

    // The site's feature of some of the instruction's tokens: the p with the longest keys, the longest first, (I, p, f).
    private Tensor TextPivots(ReductionSite site, int count)
    {
        var asked = Asked().narrow(1, batch.Ids.shape[1] - Length, Length);                         // (B, T)
        var norms = observed[Observation.Of(ScoreCriterion.KeyNorm, site)].squeeze(1)
            .MaskedFill(asked.logical_not(), double.NegativeInfinity);
        var turns = Scalars.Arange(count, model.Device).unsqueeze(0).remainder(asked.sum(1, keepdim: true));       // (B, p)
        var places = norms.sort(-1, descending: true, stable: true).Indices.gather(1, turns);
        var hidden = Hidden.gather(1, places.unsqueeze(-1).expand(-1, -1, Hidden.shape[2]));        // (B, p, d)
        return Feature(site, hidden).index_select(0, batch.ImageRows);
    }

    // What a site compares, where it is not the hidden states themselves.
    private Tensor Feature(ReductionSite site, Tensor hidden) => site.Affinity.Feature switch
    {
        AffinityFeature.Hidden => hidden,
        AffinityFeature.FinalNorm => model.FinalNorm(hidden),
        AffinityFeature.HeadMeanKey => model.Keys(site.Layer, hidden).unflatten(-1, [-1, model.HeadSize]).mean([-2L]),
        _ => model.Keys(site.Layer, hidden),                                                        // (…, heads · head size)
    };

    private void Replace(Tensor states)
    {
        hidden?.Dispose();
        hidden = Keep(states);
    }

    private static void Swap(ref Tensor held, Tensor next)
    {
        held.Dispose();
        held = Keep(next);
    }

    private static Tensor Keep(Tensor made) => made.DetachFromDisposeScope();

    private static Tensor Clamp(Tensor x)
    {
        using var zero = 0L.ToScalar();
        return x.clamp(min: zero);
    }
}
