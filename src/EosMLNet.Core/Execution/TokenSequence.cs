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
internal sealed class TokenSequence : IDisposable
{
    private readonly VisionLanguageModel model;
    private readonly PromptBatch batch;
    private readonly Tensor patchIndex;      // (I, n) int64: the patch each visual token started as
    private Tensor valid;                    // (B, T) bool
    private Tensor positions;                // (B, T) int64: rotary positions, those of the unreduced sequence
    private Tensor mass;                     // (B, T) float32: original tokens each token stands for
    private Tensor slots;                    // (I, n) int64: visual tokens in the flattened (B·T) sequence
    private Tensor kept;                     // (I, n) int64: visual tokens that are left, as places in the unreduced image
    private readonly Dictionary<Observation, Tensor> observed = [];   // (B, heads, T) each: attention that sites score by
    private Raters? raters;                  // of the instructions, as places in the unreduced sequence
    private Tensor? instruction;             // (I, d): what scores compare with
    private Tensor? hidden;                  // (B, T, d); null until a layer or a site needs it: a site in front of layer 0 takes the images as they come
    private double massWeight;               // the latest site's weight of log mass on attention logits
    private bool padded;

    internal TokenSequence(VisionLanguageModel model, PromptBatch batch)
    {
        this.model = model;
        this.batch = batch;
        using var scope = NewDisposeScope();
        valid = Keep(batch.Valid.alias());
        slots = Keep(batch.VisualSlots.alias());
        positions = Keep(Clamp(valid.cumsum(1).Add(-1)));
        mass = Keep(ones_like(valid, ScalarType.Float32));
        kept = Keep(Scalars.Arange(model.VisualTokens, model.Device).expand(slots.shape[0], -1).clone());
        patchIndex = Keep(PatchIndex(model).expand(slots.shape[0], -1));
        padded = batch.TextLengths.Zip(batch.Images).Distinct().Count() > 1;
        Rotary = null!;
        if (batch.Vision is { Kept: { } left, Mass: { } leftMass } vision)
            Leave(left, vision.Features.to(model.DataType), leftMass, vision.Plan!.Sites.LastOrDefault(site => site.Stage == ReductionStage.Projector)?.ProportionalAttention ?? 0);
        else
            Refresh();
    }

    /// <summary>Hidden states, (B, T, d).</summary>
    internal Tensor Hidden => hidden ??= Keep(Embed());

    /// <summary>Position tables of the tokens.</summary>
    internal Rotary Rotary { get; private set; }

    /// <summary>
    /// What each key adds to attention logits, (B, T): minus infinity for padding, the weighted log mass for merged tokens; null where
    /// nothing.
    /// </summary>
    internal Tensor? KeyBias { get; private set; }

    /// <summary>The attention bias of the whole sequence, (B, 1, T, T); null for plain causal attention.</summary>
    internal Tensor? Bias { get; private set; }

    /// <summary>Number of tokens a row, padding included.</summary>
    internal long Length => valid.shape[1];

    /// <summary>Which visual tokens are left, as places in the unreduced image, (I, k).</summary>
    internal Tensor Kept => kept;

    /// <summary>What each visual token stands for, (I, k).</summary>
    internal Tensor VisualMass => mass.flatten().index_select(0, slots.flatten()).view_as(slots);

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
        Observe(layer, AttentionSource.LayerBefore, next, (cache ?? scratch)?.Keys);
        Replace(left);
    }

    /// <summary>Keeps what the scores of some sites need to see of a layer, given the hidden states that enter it.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="source">Whether the sites stand in front of it or of the next one; those that look elsewhere are passed over.</param>
    /// <param name="sites">The sites.</param>
    /// <param name="keys">The layer's keys after RoPE where it has run, (B, G, T, hs); null to compute them.</param>
    internal void Observe(int layer, AttentionSource source, IEnumerable<ReductionSite> sites, Tensor? keys)
    {
        if (batch.Vision is null)
            return;
        foreach (var what in sites.SelectMany(Observation.Of).Where(needed => needed.Source == source).Distinct())
        {
            using var scope = NewDisposeScope();
            if (observed.Remove(what, out var earlier))
                earlier.Dispose();
            observed[what] = Keep(what.Criterion switch
            {
                ScoreCriterion.RaterAttention => RaterAttention(layer, what.Corrected, keys),
                ScoreCriterion.KeyNorm => KeyNorm(layer, keys),
                _ => TextAttention(layer, keys),
            });
        }
    }

    /// <summary>
    /// Applies one site of a plan: afterwards each image has <see cref="ReductionSite.Keep"/> visual tokens and the sequence is shorter.
    /// </summary>
    internal void Reduce(ReductionSite site, ScoreParameters? parameters)
    {
        if (batch.Vision is null)
            return;
        Observe(site.Layer, AttentionSource.OwnLayer, [site], keys: null);
        using var scope = NewDisposeScope();
        var tokens = hidden is null
            ? batch.Vision.Features.to(model.DataType)
            : hidden.flatten(0, 1).index_select(0, slots.flatten()).view(slots.shape[0], slots.shape[1], -1);   // (I, n, d)
        var input = new SiteInput(
            tokens, VisualMass, patchIndex.gather(1, kept), model.Grid,
            ClsAttention()?.gather(1, kept),
            Seen(ScoreCriterion.TextAttention, site)?.squeeze(1),
            site.NeedsKeys ? Feature(site, tokens) : null,
            site.Score.ContainsKey(ScoreCriterion.TextRelevance) ? Instruction() : null,
            Seen(ScoreCriterion.RaterAttention, site),
            Seen(ScoreCriterion.KeyNorm, site)?.squeeze(1),
            site.Extra is { TextPivots: > 0 } extra ? TextPivots(site, extra.TextPivots) : null);
        var reduced = ReductionOperator.Reduce(input, site, parameters);                            // (I, k, d)
        Leave(reduced.Anchors, reduced.Tokens, reduced.Mass, site.ProportionalAttention);
    }

    // Of each image's visual tokens, those at the given places stay, (I, k), as the given tokens, (I, k, d), with the given mass, (I, k);
    // the sequence gets shorter.
    private void Leave(Tensor staying, Tensor tokens, Tensor tokensMass, double weight)
    {
        using var scope = NewDisposeScope();
        var places = slots.flatten();
        var anchors = slots.gather(1, staying);                                                     // (I, k)
        var stay = valid.flatten().index_copy(0, places, zeros_like(places, ScalarType.Bool))
            .index_copy(0, anchors.flatten(), ones_like(anchors.flatten(), ScalarType.Bool)).view_as(valid);
        var withMass = mass.flatten().index_copy(0, anchors.flatten(), tokensMass.flatten()).view_as(mass);

        var lengths = batch.TextLengths.Zip(batch.Images, (text, images) => text + images * (int)staying.shape[1]).ToArray();
        var order = Scalars.Arange(Length, model.Device).expand_as(stay).MaskedFill(stay.logical_not(), -1)
            .sort(1).Values.narrow(1, Length - lengths.Max(), lengths.Max());                       // (B, T'): -1 at padding
        var source = Clamp(order);
        // The i-th token that stays moves to the i-th place after the padding.
        var rank = stay.cumsum(1);
        var moved = rank.Add(-1).Add(rank.narrow(1, Length - 1, 1).RSub(lengths.Max()))
            .Add(Scalars.Arange(batch.Count, model.Device).Mul(lengths.Max()).unsqueeze(1));      // (B, T), within the flattened (B·T')

        Swap(ref slots, moved.flatten().index_select(0, anchors.flatten()).view_as(anchors));
        var shorter = hidden is null ? model.EmbedTokens(batch.Ids.gather(1, source)) : hidden.gather(1, source.unsqueeze(-1).expand(-1, -1, hidden.shape[2]));
        Replace(WithVisual(shorter, tokens));
        Swap(ref kept, kept.gather(1, staying));
        Swap(ref positions, positions.gather(1, source));
        Swap(ref mass, withMass.gather(1, source));
        Swap(ref valid, order.ge(Scalars.Literal(0)));
        foreach (var (what, attention) in observed.ToArray())
        {
            observed[what] = Keep(attention.gather(2, source.unsqueeze(1).expand(-1, attention.shape[1], -1)));
            attention.Dispose();
        }
        padded = lengths.Distinct().Count() > 1;
        massWeight = weight;
        Refresh();
    }

    /// <summary>Rotary positions of the tokens that would follow, (B, 1): decoding goes on at the unreduced length.</summary>
    /// <param name="step">How many tokens were decoded before.</param>
    internal Tensor NextPosition(int step) => batch.Valid.sum(1, keepdim: true).Add(step);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var held in new[] { patchIndex, valid, positions, mass, slots, kept, hidden, instruction, Rotary.Cos, Rotary.Sin, KeyBias, Bias, raters?.Index, raters?.Weight }.Concat(observed.Values))
            held?.Dispose();
    }

    private static Tensor PatchIndex(VisionLanguageModel model)
    {
        var patches = Scalars.Arange(model.Grid.Rows * model.Grid.Columns, model.Device);
        return model.KeepsCls
            ? cat([Scalars.Full(model.Grid.Rows * model.Grid.Columns, [1], ScalarType.Int64, model.Device), patches])
            : patches;
    }

    // At the places of the unreduced image, (I, n): the encoder's, which may have left fewer.
    private Tensor? ClsAttention() => batch.Vision is { ClsAttention: { } left, Kept: { } places }
        ? zeros(left.shape[0], model.VisualTokens, left.dtype, left.device).scatter(1, places, left)
        : batch.Vision!.ClsAttention;

    private Tensor Embed()
    {
        using var scope = NewDisposeScope();
        var text = model.EmbedTokens(batch.Ids);                                                    // (B, T, d)
        return (batch.Vision is null ? text : WithVisual(text, batch.Vision.Features)).MoveToOuterDisposeScope();
    }

    // Writes visual tokens, (I, n, d), into their slots.
    private Tensor WithVisual(Tensor states, Tensor tokens) =>
        states.flatten(0, 1).index_copy_(0, slots.flatten(), tokens.flatten(0, 1).to(states.dtype)).view_as(states);

    // What depends on the tokens' places and stays the same from one site to the next.
    private void Refresh()
    {
        using var scope = NewDisposeScope();
        Rotary?.Cos.Dispose();
        Rotary?.Sin.Dispose();
        KeyBias?.Dispose();
        Bias?.Dispose();
        var rotary = model.Rotary(positions);
        Rotary = new Rotary(Keep(rotary.Cos), Keep(rotary.Sin));
        KeyBias = Bias = null;
        if (!padded && massWeight == 0)
            return;
        var keyBias = mass.log().Mul(massWeight).MaskedFill(valid.logical_not(), double.NegativeInfinity);          // (B, T)
        var later = ones(Length, Length, ScalarType.Bool, model.Device).triu(1);
        // Padding sees itself: a row of nothing but minus infinities would not be a number.
        var self = eye(Length, dtype: ScalarType.Bool, device: model.Device).logical_and(valid.logical_not().unsqueeze(1));
        var bias = keyBias.unsqueeze(1).expand(-1, Length, -1).MaskedFill(later, double.NegativeInfinity).MaskedFill(self, 0);
        KeyBias = Keep(keyBias.to(model.DataType));
        Bias = Keep(bias.unsqueeze(1).to(model.DataType));                                            // (B, 1, T, T)
    }

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
        Scalars.Arange(batch.Ids.shape[1], model.Device).unsqueeze(0).ge(batch.InstructionStarts.Clamp(0, batch.Ids.shape[1] - 1).unsqueeze(1));

    // The last instruction token's attention, averaged over heads: (B, 1, T).
    private Tensor TextAttention(int layer, Tensor? keys)
    {
        var last = Scalars.Full(Length - 1, [batch.Count, 1], ScalarType.Int64, model.Device);                // (B, 1)
        var attention = model.QueryAttention(layer, Hidden, Rotary, last, KeyBias?.unsqueeze(1).unsqueeze(1), keys);   // (B, H, 1, T)
        return attention.mean([1L]);
    }

    private Tensor RaterAttention(int layer, bool corrected, Tensor? keys)
    {
        raters ??= FindRaters();
        // They stand behind the images: from the end of the sequence, their places never change.
        var places = raters.Index.Add(Length - batch.Ids.shape[1]);                                // (B, q)
        var later = Scalars.Arange(Length, model.Device).gt(places.unsqueeze(-1));                   // (B, q, T)
        var bias = zeros(later.shape, Hidden.dtype, model.Device).MaskedFill(later, double.NegativeInfinity).unsqueeze(1);
        if (KeyBias is not null)
            bias = bias.Add(KeyBias.unsqueeze(1).unsqueeze(1));
        return (raters with { Index = places }).Attention(model, layer, Hidden, Rotary, bias, corrected, keys);
    }

    private Raters FindRaters()
    {
        var found = Raters.Find(batch.Vision!.Features, batch.ImageRows, model.EmbedTokens(batch.Ids), Asked());
        return new Raters(Keep(found.Index), Keep(found.Weight));
    }

    // What was observed, at the visual tokens: (I, heads, n).
    private Tensor? Seen(ScoreCriterion criterion, ReductionSite site) => observed.TryGetValue(Observation.Of(criterion, site), out var attention)
        ? attention.transpose(1, 2).flatten(0, 1).index_select(0, slots.flatten()).view(slots.shape[0], slots.shape[1], -1).transpose(1, 2)
        : null;

    // L1 norms of the rotated keys of a layer: (B, 1, T).
    private Tensor KeyNorm(int layer, Tensor? keys)
    {
        keys ??= Rotary.Apply(model.Keys(layer, Hidden).view(batch.Count, Length, -1, model.HeadSize).transpose(1, 2)); // (B, G, T, hs)
        return Criteria.ToComputeType(keys).abs().sum(-1).sum(1, keepdim: true);
    }

    // What a site compares, of the instruction's tokens with the longest keys, the longest first: (I, p, f).
    private Tensor TextPivots(ReductionSite site, int count)
    {
        var asked = Asked().narrow(1, batch.Ids.shape[1] - Length, Length);                         // (B, T)
        var norms = observed[Observation.Of(ScoreCriterion.KeyNorm, site)].squeeze(1).MaskedFill(asked.logical_not(), double.NegativeInfinity);
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
        AffinityFeature.HeadMeanKey => model.Keys(site.Layer, hidden).view(hidden.shape[0], hidden.shape[1], -1, model.HeadSize).mean([2L]),
        _ => model.Keys(site.Layer, hidden),                                                        // (I, n, heads · head size)
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
