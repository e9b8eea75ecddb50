using EosMLNet.Onnx.Models;

namespace EosMLNet.Onnx;

/// <summary>A vision-language model under a plan, run by ONNX Runtime. May be used from several threads.</summary>
public sealed class OnnxModel : IDisposable
{
    private readonly ModelConfig config;
    private readonly VisionEncoder encoder;
    private readonly DecoderGraph decoder;
    private readonly Sessions.GraphSession vision, tokens;

    private OnnxModel(ModelConfig config, ReductionPlan plan, VisionLanguageProcessor? processor, VisionEncoder encoder, DecoderGraph decoder,
        Sessions.GraphSession vision, Sessions.GraphSession tokens) =>
        (this.config, Plan, Processor, this.encoder, this.decoder, this.vision, this.tokens) =
            (config, plan, processor, encoder, decoder, vision, tokens);

    /// <summary>The plan that the model runs under.</summary>
    public ReductionPlan Plan { get; }

    /// <summary>Tokenizer and image preprocessing of the checkpoint; null where its folder has none.</summary>
    public VisionLanguageProcessor? Processor { get; }

    /// <summary>Loads a checkpoint: its graphs are written in memory, its weights are read where they lie.</summary>
    /// <param name="folder">The checkpoint folder.</param>
    /// <param name="plan">The plan; null for the unreduced model.</param>
    /// <param name="padding">What becomes of images that are not square.</param>
    /// <exception cref="EosException">EOS1xxx: the checkpoint cannot be loaded. EOS4002: the plan does not fit it, or has a part that cannot be
    /// written as operators.</exception>
    public static OnnxModel Load(string folder, ReductionPlan? plan = null, ImagePadding padding = ImagePadding.Square)
    {
        var config = ModelConfig.Load(folder);
        var processor = VisionLanguageProcessor.Exists(folder) ? VisionLanguageProcessor.Load(folder, config, padding: padding) : null;
        var identity = new ModelFingerprint(Checkpoint.Fingerprint(folder));
        var own = config.ToPlanModel(processor?.Images, identity);
        plan ??= ReductionPlan.Identity(own);
        plan.CheckFits(own);
        var encoder = VisionEncoder.Of(config, plan);
        var decoder = new DecoderGraph(config, plan, config.ImagesVary ? null : config.UsualLayout(processor?.Images), encoder.PlaneCount);
        using var checkpoint = Checkpoint.Open(folder);
        config.CheckWeights(checkpoint);
        var metadata = new Dictionary<string, string> { ["eos.model"] = own.Fingerprint };
        var vision = new Sessions.GraphSession(encoder.Write(checkpoint, metadata), folder);
        try
        {
            return new OnnxModel(config, plan, processor, encoder, decoder, vision, new Sessions.GraphSession(decoder.Write(checkpoint, metadata), folder));
        }
        catch
        {
            vision.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        vision.Dispose();
        tokens.Dispose();
    }

    /// <summary>Runs the encoder.</summary>
    internal IReadOnlyList<Sessions.EncodedImage> Encode(IReadOnlyList<ImageShape> images, Memory<float> pixels, CancellationToken cancellation = default) =>
        encoder.Run(vision, images, pixels, cancellation);

    /// <summary>Begins to answer prompts.</summary>
    /// <param name="prompts">Token ids of each prompt; an image is one image token, or one for each of its tokens.</param>
    /// <param name="images">The images in order of appearance.</param>
    /// <param name="newTokens">How many tokens may be added.</param>
    /// <param name="cancellation">Ends the run.</param>
    internal Sessions.DecoderRun Begin(IReadOnlyList<int[]> prompts, IReadOnlyList<Sessions.EncodedImage> images, int newTokens,
        CancellationToken cancellation = default)
    {
        var rows = PromptRow.Parse(config, prompts, [.. images.SelectMany(image => config.Stretches(image.Layout))]);
        var layout = new Sessions.PromptLayout(config, rows, images);
        // The longest row of each stretch of layers: dropped tokens need no room there.
        var room = decoder.Stretches.Distinct().Select(stretch => Enumerable.Range(0, layout.Count)
            .Max(row => (int)layout.Lengths[row] - layout.ImagesOf(row).Sum(image => image.Count - decoder.Left(stretch, image.Layout, image.Count))));
        return new Sessions.DecoderRun(config, decoder, tokens, layout, [.. room], newTokens, cancellation);
    }
}
