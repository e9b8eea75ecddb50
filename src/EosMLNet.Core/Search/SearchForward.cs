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
    // The weight of a dropped token in attention. Its gradient is the attention weight divided by this number, so it does not depend on it.
    private const double Residue = 1e-7;

    /// <summary>Hidden states of the text that leave the last layer, (B, S, d), before the final normalisation.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="vision">The images of the rows, in their order.</param>
    /// <param name="sites">The sites, in the order in which they act; none for the unreduced model.</param>
    /// <param name="temperature">T of the soft selections.</param>
    /// <param name="candidates">How many visual tokens stay in the sequence behind a site that keeps so many.</param>
    /// <param name="relaxed">Whether selections are soft in their values too.</param>
    internal Tensor Run(PackedBatch batch, VisionOutput vision, IReadOnlyList<SoftSite> sites, double temperature,
        Func<int, int> candidates, bool relaxed = false) =>
        RunTo([model.LayerCount - 1], batch, vision, sites, temperature, candidates, relaxed)[0];

    /// <summary>The same, leaving each of some layers, (B, S, d) each.</summary>
    internal IReadOnlyList<Tensor> RunTo(
        IReadOnlyList<int> wanted, PackedBatch batch, VisionOutput vision, IReadOnlyList<SoftSite> sites, double temperature,
        Func<int, int> candidates, bool relaxed = false)
    {
        using var scope = NewDisposeScope();
        var run = new SoftRun(batch, vision, sites, temperature, candidates, relaxed);
        return [.. RunLayers(run, Start(run), 0, model.LayerCount, wanted).Left.Select(states => states.MoveToOuterDisposeScope())];
    }

    /// <summary>What enters the first layer, in the caller's dispose scope.</summary>
    internal DecoderState Start(SoftRun run)
    {
        var batch = run.Batch;
        // (B, L, d) each
        Tensor[] texts = [.. new[] { batch.PrefixIds }.Concat(batch.Between).Append(batch.TextIds).Select(model.EmbedTokens)];
        var images = run.ImageFeatures.Select(features =>                                 // (B, n, d)
        {
            var patches = Scalars.Arange(features.size(1), features.device).unsqueeze(0).expand(features.size(0), -1);
            var full = ones(features.size(0), features.size(1), Criteria.ComputeType(features), features.device);
            return new SoftTokens(features, full, full, patches);
        });
        return new(texts, [.. images], new SeenAttention[batch.Layouts.Count]);
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
    internal (DecoderState End, IReadOnlyList<Tensor> Left) RunLayers(SoftRun run, DecoderState state, int first, int end,
        IReadOnlyList<int> wanted)
    {
        var (batch, sites) = (run.Batch, run.Sites);
        Tensor[] texts = [.. state.Texts];
        SoftTokens[] images = [.. state.Images];
        SeenAttention[] seen = [.. state.Seen];
        var (device, type) = (texts[0].device, texts[0].dtype);
        var next = run.SitesBefore(first);
        var proportional = next > 0 ? sites[next - 1].Proportional : Scalars.Full(0, [], Criteria.ComputeType(type), device);
        var embedded = first == 0 ? texts[^1] : model.EmbedTokens(batch.TextIds);         // (B, S, d)
        var instruction = run.LooksAt(ScoreCriterion.TextRelevance) ? batch.Instruction(embedded) : null;
        var raters = run.LooksAt(ScoreCriterion.RaterAttention)
            ? Raters.Find(run.ImageFeatures.Select(features => (features, Scalars.Arange(features.size(0), device))), embedded,
                batch.Asked) : null;
        var left = new List<Tensor>();
        IReadOnlyList<Tensor>? rotaryOf = null;
        Tensor? bias = null;
        Rotary rotary = null!;
        for (var layer = first; layer < end; layer++)
        {
            for (; next < sites.Count && sites[next].Site.Layer == layer; next++)
            {
                if (sites[next].Site.AttentionSource == AttentionSource.OwnLayer)
                    seen = Observe(layer, sites[next].Site);
                for (var i = 0; i < images.Length; i++)
                    images[i] = Reduce(layer, sites[next], i);
                proportional = sites[next].Proportional;
                bias = null;
            }
            seen = next < sites.Count && sites[next].Site.Layer == layer + 1
                && sites[next].Site.AttentionSource == AttentionSource.LayerBefore
                ? Observe(layer, sites[next].Site) : new SeenAttention[images.Length];
            Place();
            Split(model.RunLayer(layer, Sequence(), rotary, bias));                       // (B, T, d)
            if (wanted.Contains(layer))
                left.Add(texts[^1]);
        }
        return (new DecoderState(texts, images, seen), left);

        SoftTokens Reduce(int layer, SoftSite site, int i)
        {
            var keys = site.Site.Affinity.Feature == AffinityFeature.Key ? model.Keys(layer, images[i].Hidden) : null;
            return SoftReduction.Apply(images[i], site.At(batch.Layouts[i].Count), run.Temperature, run.Candidates, batch.Layouts[i],
                run.ClsAttention(i), seen[i].Text, keys, instruction, seen[i].Raters, run.Relaxed);
        }

        Tensor Sequence()                                                                 // (B, T, d)
        {
            var pieces = new List<Tensor>();
            for (var i = 0; i < images.Length; i++)
                pieces.AddRange([texts[i], images[i].Hidden]);
            return cat([.. pieces, texts[^1]], 1);
        }

        void Split(Tensor hidden)
        {
            var at = 0L;
            for (var i = 0; i < images.Length; i++)
            {
                texts[i] = Next(texts[i]);
                images[i] = images[i] with { Hidden = Next(images[i].Hidden) };
            }
            texts[^1] = Next(texts[^1]);

            Tensor Next(Tensor piece) => hidden.narrow(1, (at += piece.size(1)) - piece.size(1), piece.size(1));
        }

        // Brings positions and visibility up to date with the tokens.
        void Place()
        {
            bias ??= Bias(batch, texts, images, proportional).to_type(type);
            Tensor[] patches = [.. images.Select(image => image.Patches)];
            if (rotaryOf is null || !rotaryOf.SequenceEqual(patches, ReferenceEqualityComparer.Instance))
                (rotary, rotaryOf) = (model.Rotary(batch.Positions(patches)), patches);
        }

        SeenAttention[] Observe(int layer, ReductionSite site)
        {
            if (!site.Score.Keys.Any(criterion => criterion.NeedsAttention()))
                return new SeenAttention[images.Length];
            Place();
            var hidden = Sequence();
            var before = hidden.size(1) - texts[^1].size(1);
            var text = site.Score.ContainsKey(ScoreCriterion.TextAttention) ? TextAttention() : null;
            var rated = site.Score.ContainsKey(ScoreCriterion.RaterAttention) ? RaterAttention() : null;
            var starts = 0L;
            return [.. images.Select((image, i) =>
            {
                var (start, count) = (starts + texts[i].size(1), image.Hidden.size(1));
                starts = start + count;
                return new SeenAttention(text?.narrow(-1, start, count).mean([1L]).squeeze(1), rated?.narrow(-1, start, count));
            })];

            // The last instruction token's attention: (B, H, 1, T). One question a row.
            Tensor TextAttention()
            {
                var query = batch.InstructionEnds.Add(before).unsqueeze(1);              // (B, 1)
                return model.QueryAttention(layer, hidden, rotary, query, Rows(query));
            }

            Tensor RaterAttention()                                                       // (B, H, T)
            {
                var placed = raters! with { Index = raters.Index.Add(before) };
                return placed.Attention(model, layer, hidden, rotary, Rows(placed.Index), site.PositionCorrection);
            }

            Tensor Rows(Tensor query) => bias!.gather(2, query.unsqueeze(1).unsqueeze(-1).expand(-1, 1, -1, bias.size(-1))); // (B, 1, q, T)
        }
    }

    // Who sees whom, and how visible each visual token is: log m, plus log c at the site's weight. A token always sees itself. So a dropped
    // one goes on as if it were there, and its gradient says what its return would change.
    private static Tensor Bias(PackedBatch batch, IReadOnlyList<Tensor> texts, IReadOnlyList<SoftTokens> images, Tensor proportional)
    {
        using var scope = NewDisposeScope();
        List<Tensor> weights = [], presences = [];
        for (var i = 0; i < images.Count; i++)
        {
            var none = zeros(texts[i].size(0), texts[i].size(1), images[i].Mask.dtype, images[i].Mask.device);
            var present = images[i].Mask.Add(Residue).log();                              // (B, n)
            weights.AddRange([none, images[i].Mass.log().mul(proportional).Add(present)]);
            presences.AddRange([none, present]);
        }
        var behind = zeros(texts[^1].size(0), texts[^1].size(1), images[0].Mask.dtype, images[0].Mask.device);
        var columns = cat([.. weights, behind], 1).unsqueeze(1).unsqueeze(1);             // (B, 1, 1, T)
        var diagonal = cat([.. presences, behind], 1).diag_embed().unsqueeze(1);          // (B, 1, T, T)
        var between = columns.size(-1) - texts[0].size(1) - texts[^1].size(1);
        return batch.Visibility(between, columns.dtype).Add(columns).sub(diagonal).MoveToOuterDisposeScope();
    }
}
