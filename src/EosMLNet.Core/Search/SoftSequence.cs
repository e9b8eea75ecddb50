using EosMLNet.Execution;
using EosMLNet.Models;
using EosMLNet.Operator;
using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Search;

/// <summary>
/// The tokens of packed rows on their way through the frozen decoder with soft sites: text · image · text … · text. All tensors belong to
/// the caller's dispose scope.
/// </summary>
internal sealed class SoftSequence : TokenState
{
    // The weight of a dropped token in attention. Its gradient is the attention weight divided by this number, so it does not depend on it.
    private const double Residue = 1e-7;

    private readonly VisionLanguageModel model;
    private readonly SoftRun run;
    private readonly Tensor? instruction;                                                 // (B, d)
    private readonly Raters? raters;                                                      // as places in the text behind the images
    private readonly Tensor[] texts;                                                      // (B, L, d) each
    private readonly SoftTokens[] images;
    private Tensor proportional;                                                          // of the latest site
    private Tensor? hidden;                                                               // (B, T, d), of the parts as they are
    private Tensor? bias;                                                                 // (B, 1, T, T)
    private Rotary? rotary;
    private Tensor[]? placed;                                                             // the patches that the tables are of

    /// <param name="model">The model.</param>
    /// <param name="run">What is run.</param>
    /// <param name="state">What enters the first of the layers.</param>
    /// <param name="first">That layer.</param>
    internal SoftSequence(VisionLanguageModel model, SoftRun run, DecoderState state, int first) : base(model)
    {
        (this.model, this.run) = (model, run);
        (texts, images) = ([.. state.Texts], [.. state.Images]);
        var (device, type) = (texts[0].device, texts[0].dtype);
        var before = run.SitesBefore(first);
        proportional = before > 0 ? run.Sites[before - 1].Proportional : Scalars.Full(0, [], ComputeType.Of(type), device);
        var embedded = first == 0 ? texts[^1] : model.EmbedTokens(run.Batch.TextIds);     // (B, S, d)
        instruction = run.LooksAt(ScoreCriterion.TextRelevance) ? run.Batch.Instruction(embedded) : null;
        raters = run.LooksAt(ScoreCriterion.RaterAttention)
            ? Raters.Find(run.ImageFeatures.Select(features => (features, Scalars.Arange(features.size(0), device))), embedded,
                run.Batch.Asked) : null;
    }

    /// <summary>All that enters the next layer.</summary>
    internal DecoderState State => new([.. texts], [.. images]);

    /// <summary>Hidden states of the text behind the images, (B, S, d).</summary>
    internal Tensor Text => texts[^1];

    internal override Tensor Hidden => hidden ??=
        cat([.. images.SelectMany((image, i) => new[] { texts[i], image.Hidden }), texts[^1]], 1);

    internal override Rotary Rotary
    {
        get
        {
            Tensor[] patches = [.. images.Select(image => image.Patches)];
            if (rotary is null || !placed!.SequenceEqual(patches, ReferenceEqualityComparer.Instance))
                (rotary, placed) = (model.Rotary(run.Batch.Positions(patches)), patches);
            return rotary;
        }
    }

    private protected override Raters Raters => raters! with { Index = raters.Index.Add(LengthBeforeText) };

    // One question a row.
    private protected override Tensor Asking => run.Batch.InstructionEnds.Add(LengthBeforeText).unsqueeze(1);

    private long LengthBeforeText => Hidden.size(1) - texts[^1].size(1);

    private Tensor Bias => bias ??= MakeBias().to_type(texts[0].dtype);

    private protected override Tensor BiasOf(Tensor queries) =>
        Bias.gather(2, queries.unsqueeze(1).unsqueeze(-1).expand(-1, 1, -1, Bias.size(-1)));   // (B, 1, q, T)

    private protected override void Keep(Observation what, Tensor attention)
    {
        var start = 0L;
        for (var i = 0; i < images.Length; i++)
        {
            var (before, count) = (start + texts[i].size(1), images[i].Hidden.size(1));
            images[i] = images[i] with
            {
                Observed = new Dictionary<Observation, Tensor>(images[i].Observed) { [what] = attention.narrow(-1, before, count) },
            };
            start = before + count;
        }
    }

    /// <summary>Applies a site to each image.</summary>
    internal void Reduce(SoftSite site)
    {
        var layer = site.Site.Layer;
        Observe(layer, AttentionSource.OwnLayer, [site.Site], keys: null);
        for (var i = 0; i < images.Length; i++)
        {
            var layout = run.Batch.Layouts[i];
            var keys = site.Site.Affinity.Feature == AffinityFeature.Key ? model.Keys(layer, images[i].Hidden) : null;
            images[i] = SoftReduction.Apply(images[i], site.At(layout.Count), run.Temperature, run.Candidates, layout,
                run.ClsAttention(i), keys, instruction, run.Relaxed);
        }
        proportional = site.Proportional;
        (hidden, bias) = (null, null);
    }

    /// <summary>Runs one decoder layer, and keeps what the sites behind it need to see of it.</summary>
    internal void RunLayer(int layer, IEnumerable<SoftSite> next)
    {
        for (var i = 0; i < images.Length; i++)
            images[i] = images[i] with { Observed = new Dictionary<Observation, Tensor>() };
        Observe(layer, AttentionSource.LayerBefore, next.Select(site => site.Site), keys: null);
        var left = model.RunLayer(layer, Hidden, Rotary, Bias);                           // (B, T, d)
        var (at, planes) = (0L, images[0].Planes is not null);
        for (var i = 0; i < images.Length; i++)
        {
            texts[i] = Next(texts[i]);
            images[i] = WithNextPlane(images[i] with { Hidden = Next(images[i].Hidden) });
        }
        texts[^1] = Next(texts[^1]);
        hidden = planes ? null : left;

        Tensor Next(Tensor piece) => left.narrow(1, (at += piece.size(1)) - piece.size(1), piece.size(1));
    }

    // Adds the first plane to the visual tokens, and takes it away.
    private static SoftTokens WithNextPlane(SoftTokens image)
    {
        if (image.Planes is not { } planes)
            return image;
        var width = image.Hidden.size(-1);
        return image with
        {
            Hidden = image.Hidden.Add(planes.narrow(-1, 0, width)),
            Planes = planes.size(-1) == width ? null : planes.narrow(-1, width, planes.size(-1) - width),
        };
    }

    // Who sees whom, and how visible each visual token is: log m, plus log c at the site's weight. A token always sees itself. So a dropped
    // one goes on as if it were there, and its gradient says what its return would change.
    private Tensor MakeBias()
    {
        using var scope = NewDisposeScope();
        List<Tensor> weights = [], presences = [];
        for (var i = 0; i < images.Length; i++)
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
        return run.Batch.Visibility(between, columns.dtype).Add(columns).sub(diagonal).MoveToOuterDisposeScope();
    }
}
