using EosMLNet.Models;
using EosMLNet.Operator;
using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Search;

/// <summary>
/// Runs packed rows through the frozen decoder with soft sites. The forward values are those of the executed plan; only the gradients are
/// soft.
/// </summary>
internal sealed class SearchForward(VisionLanguageModel model)
{
    // What a dropped token still weighs in attention. Its gradient, attention weight over this number, does not depend on it.
    private const double Residue = 1e-7;

    /// <summary>Hidden states of the text that leave the last layer, (B, S, d), before the final normalisation.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="vision">The images of the rows, in their order.</param>
    /// <param name="sites">The sites, in the order in which they act; none for the unreduced model.</param>
    /// <param name="temperature">T of the soft selections.</param>
    /// <param name="candidates">How many visual tokens stay in the sequence behind a site that keeps so many.</param>
    /// <param name="relaxed">Whether selections are soft in their values too.</param>
    internal Tensor Run(PackedBatch batch, VisionOutput vision, IReadOnlyList<SoftSite> sites, double temperature, Func<int, int> candidates, bool relaxed = false) =>
        RunTo([model.LayerCount - 1], batch, vision, sites, temperature, candidates, relaxed)[0];

    /// <summary>The same, leaving each of some layers, (B, S, d) each.</summary>
    internal IReadOnlyList<Tensor> RunTo(
        IReadOnlyList<int> wanted, PackedBatch batch, VisionOutput vision, IReadOnlyList<SoftSite> sites, double temperature, Func<int, int> candidates, bool relaxed = false)
    {
        using var scope = NewDisposeScope();
        var run = new SoftRun(batch, vision, sites, temperature, candidates, relaxed);
        return [.. RunLayers(run, Start(run), 0, model.LayerCount, wanted).Left.Select(states => states.MoveToOuterDisposeScope())];
    }

    /// <summary>What enters the first layer, in the caller's dispose scope.</summary>
    internal DecoderState Start(SoftRun run)
    {
        var prefix = model.EmbedTokens(run.Batch.PrefixIds);                              // (B, P, d)
        var text = model.EmbedTokens(run.Batch.TextIds);                                  // (B, S, d)
        var features = run.Vision.Features;                                               // (B, n, d)
        var patches = Scalars.Arange(features.size(1), features.device).unsqueeze(0).expand(features.size(0), -1);
        var full = ones(features.size(0), features.size(1), Criteria.ComputeType(features), features.device);
        return new(prefix, new SoftTokens(features, full, full, patches), text);
    }

    /// <summary>
    /// Runs the layers from <paramref name="first"/> to before <paramref name="end"/>, with the sites in front of them. All that is made
    /// stays in the caller's dispose scope.
    /// </summary>
    /// <param name="run">What is run.</param>
    /// <param name="state">What enters the first of the layers.</param>
    /// <param name="first">The first layer.</param>
    /// <param name="end">The layer behind the last one.</param>
    /// <param name="wanted">The layers that are asked about.</param>
    /// <returns>What enters layer <paramref name="end"/>, and the text's hidden states that leave those of the layers that are wanted, (B,
    /// S, d) each.</returns>
    internal (DecoderState End, IReadOnlyList<Tensor> Left) RunLayers(SoftRun run, DecoderState state, int first, int end, IReadOnlyList<int> wanted)
    {
        var (batch, vision, sites) = (run.Batch, run.Vision, run.Sites);
        var (prefix, tokens, text) = (state.Prefix, state.Tokens, state.Text);
        var features = vision.Features;                                                   // (B, n, d)
        var next = run.SitesBefore(first);
        var proportional = next > 0 ? sites[next - 1].Proportional : Scalars.Full(0, [], Criteria.ComputeType(features), features.device);
        var embedded = first == 0 ? text : model.EmbedTokens(batch.TextIds);              // (B, S, d)
        var instruction = run.LooksAt(ScoreCriterion.TextRelevance) ? batch.Instruction(embedded) : null;
        var raters = run.LooksAt(ScoreCriterion.RaterAttention) ? Raters.Find(features, Scalars.Arange(features.size(0), features.device), embedded, batch.Asked) : null;
        var left = new List<Tensor>();
        Tensor? rotaryOf = null, bias = null;
        Rotary rotary = null!;
        var seen = new Attention(state.TextAttention, state.RaterAttention);
        for (var layer = first; layer < end; layer++)
        {
            for (; next < sites.Count && sites[next].Site.Layer == layer; next++)
            {
                if (sites[next].Site.AttentionSource == AttentionSource.OwnLayer)
                    seen = Observe(layer, sites[next].Site);
                var keys = sites[next].Site.Affinity.Feature == AffinityFeature.Key ? model.Keys(layer, tokens.Hidden) : null;
                tokens = SoftReduction.Apply(tokens, sites[next], run.Temperature, run.Candidates, model.Grid, vision.ClsAttention, seen.Text, keys, instruction, seen.Raters, run.Relaxed);
                proportional = sites[next].Proportional;
                bias = null;
            }
            seen = next < sites.Count && sites[next].Site.Layer == layer + 1 && sites[next].Site.AttentionSource == AttentionSource.LayerBefore
                ? Observe(layer, sites[next].Site) : default;
            Place();
            var hidden = model.RunLayer(layer, cat([prefix, tokens.Hidden, text], 1), rotary, bias);      // (B, T, d)
            var (p, n, s) = (prefix.size(1), tokens.Hidden.size(1), text.size(1));
            (prefix, text) = (hidden.narrow(1, 0, p), hidden.narrow(1, p + n, s));
            tokens = tokens with { Hidden = hidden.narrow(1, p, n) };
            if (wanted.Contains(layer))
                left.Add(text);
        }
        return (new DecoderState(prefix, tokens, text, seen.Text, seen.Raters), left);

        // Brings positions and visibility up to date with the tokens.
        void Place()
        {
            bias ??= Bias(batch, tokens, proportional).to_type(features.dtype);
            if (!ReferenceEquals(rotaryOf, tokens.Patches))
                (rotary, rotaryOf) = (model.Rotary(batch.Positions(tokens.Patches)), tokens.Patches);
        }

        Attention Observe(int layer, ReductionSite site)
        {
            if (!site.Score.Keys.Any(criterion => criterion.NeedsAttention()))
                return default;
            Place();
            var hidden = cat([prefix, tokens.Hidden, text], 1);                           // (B, T, d)
            var (before, count) = (prefix.size(1) + tokens.Hidden.size(1), tokens.Hidden.size(1));
            return new Attention(
                site.Score.ContainsKey(ScoreCriterion.TextAttention) ? TextAttention() : null,
                site.Score.ContainsKey(ScoreCriterion.RaterAttention) ? RaterAttention() : null);

            // The last instruction token's attention to the visual tokens, averaged over heads: (B, n). One question a row.
            Tensor TextAttention()
            {
                var query = batch.InstructionEnds.Add(before).unsqueeze(1);              // (B, 1)
                return OfImage(model.QueryAttention(layer, hidden, rotary, query, Rows(query))).mean([1L]).squeeze(1);
            }

            Tensor RaterAttention()                                                       // (B, H, n)
            {
                var placed = raters! with { Index = raters.Index.Add(before) };
                return OfImage(placed.Attention(model, layer, hidden, rotary, Rows(placed.Index), site.PositionCorrection));
            }

            Tensor Rows(Tensor query) => bias!.gather(2, query.unsqueeze(1).unsqueeze(-1).expand(-1, 1, -1, bias.size(-1)));  // (B, 1, q, T)
            Tensor OfImage(Tensor attention) => attention.narrow(-1, before - count, count);
        }
    }

    // What a site sees of a layer's attention: (B, n) and (B, H, n).
    private readonly record struct Attention(Tensor? Text, Tensor? Raters);

    // Who sees whom, and how visible each visual token is: log m, and log c at the site's weight. A token always sees itself, so that a
    // dropped one goes on as if it were there: its gradient is about its return.
    private static Tensor Bias(PackedBatch batch, SoftTokens tokens, Tensor proportional)
    {
        using var scope = NewDisposeScope();
        var present = tokens.Mask.Add(Residue).log();                                    // (B, n)
        long p = batch.PrefixIds.size(1), n = present.size(1), s = batch.TextIds.size(1);
        var weight = tokens.Mass.log().mul(proportional).Add(present);
        var columns = nn.functional.pad(weight, [p, s]).unsqueeze(1).unsqueeze(1);        // (B, 1, 1, T)
        var diagonal = nn.functional.pad(present, [p, s]).diag_embed().unsqueeze(1);      // (B, 1, T, T)
        return batch.Visibility(n, present.dtype).Add(columns).sub(diagonal).MoveToOuterDisposeScope();
    }
}
