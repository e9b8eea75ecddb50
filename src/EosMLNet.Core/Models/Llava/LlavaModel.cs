using EosMLNet.Operator;
using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Models;

/// <summary>
/// LLaVA-1.5 (arXiv:2310.03744): a vision tower, a two-layer projector and a decoder, from a Hugging Face checkpoint folder. An image is
/// resized to one square, and its patches are its visual tokens.
/// </summary>
[ModelType("llava")]
public class LlavaModel : VisionLanguageModel
{
    private readonly VisionTower tower;
    private readonly Projector projector;

    /// <summary>
    /// Builds the model from weights that <paramref name="weight"/> gives by canonical name and shape; the model owns them from then on.
    /// </summary>
    /// <param name="config">Shape of the model.</param>
    /// <param name="weight">Gives each weight, for example from a checkpoint, or random ones for training. All of one type and on one
    /// device.</param>
    /// <param name="processor">Tokenizer and image preprocessing, if any.</param>
    public LlavaModel(LlavaConfig config, Func<string, long[], Tensor> weight, VisionLanguageProcessor? processor = null)
        : base(config, weight, processor)
    {
        Config = config;
        tower = new VisionTower(config.Vision, config.TowerDepth, name => Weights[name]);
        projector = new Projector(config, name => Weights[name]);
    }

    /// <inheritdoc cref="VisionLanguageModel.Load"/>
    /// <exception cref="EosException">EOS1009: also where the folder's model is of another family.</exception>
    public static new LlavaModel Load(
        string folder, ModelDataType dtype = ModelDataType.Auto, Device? device = null, CancellationToken cancellation = default,
        ImagePadding padding = ImagePadding.Square, ModelUse use = ModelUse.Answer, PromptChoice? prompts = null)
    {
        var model = VisionLanguageModel.Load(folder, dtype, device, cancellation, padding, use, prompts);
        if (model is LlavaModel llava)
            return llava;
        model.Dispose();
        throw new EosException(EosErrors.UnsupportedModel,
            $"'{folder}' holds a {model.Family} model, expected llava. Load it with VisionLanguageModel.Load.");
    }

    /// <summary>The checkpoint's configuration.</summary>
    public LlavaConfig Config { get; }

    /// <inheritdoc/>
    public override VisionOutput EncodeImages(
        VisionInput images, Action<string, Tensor>? tap = null, ReductionPlan? plan = null, bool clsAttention = true)
    {
        using var scope = NewDisposeScope();
        var acts = plan is { ActsInEncoder: true };
        CheckInput(images, acts);
        var squares = images.PixelValues.shape[0];
        using var sequence = acts ? new VisionSequence(UsualLayout, Config.Vision.HasClassToken, plan!, squares, Device) : null;
        var (full, attention) = tower.Run(images.PixelValues.to(Device), clsAttention, tap, sequence); // (S, t, dv), (S, t)
        full = sequence?.ReduceFeature(full) ?? full;
        tap?.Invoke("vision.feature_full", full);
        var first = Config.KeepsCls || !Config.Vision.HasClassToken ? 0 : 1;
        var feature = full.narrow(1, first, full.shape[1] - first);                                  // (S, n, dv)
        tap?.Invoke("vision.feature", feature);
        var tokens = projector.Apply(feature);                                                       // (S, n, d)
        tap?.Invoke("projector", tokens);
        var output = sequence is not null ? Left(sequence, tokens)
            : Pack(images.Images, tokens, attention?.narrow(1, first, feature.shape[1]).contiguous(), tap);
        return output.MoveToOuterDisposeScope();
    }

    // Of what the sites in the encoder have left, (I, k, d).
    private static VisionOutput Left(VisionSequence sequence, Tensor tokens)
    {
        var (images, count) = (tokens.shape[0], (int)tokens.shape[1]);
        return new VisionOutput(tokens, sequence.ClsAttention, sequence.Places, sequence.Mass, new VisualLayout?[images],
            [.. Enumerable.Repeat(count, (int)images)])
        { Plan = sequence.Plan };
    }

    /// <inheritdoc/>
    public override IReadOnlyList<(int TokenId, VisionInput Input)> ReadInputs(Func<string, Tensor?> tensor)
    {
        if (tensor("pixel_values") is not { } pixels)
            return [];
        var side = Config.Vision.ImageSize;
        return pixels.shape is [_, 3, var height, var width] && height == side && width == side
            ? [(ImageTokenId, VisionInput.Of(pixels))]
            : throw Unfit($"pixel_values is {string.Join(" x ", pixels.shape)}; expected images x 3 x {side} x {side}");
    }

    /// <summary>Makes visual tokens of projected patches.</summary>
    /// <param name="images">The images.</param>
    /// <param name="tokens">The patches of each image's squares, (S, n, d).</param>
    /// <param name="attention">[CLS] attention to them, (S, n), where it was asked for.</param>
    /// <param name="tap">Receives intermediate results, if given.</param>
    private protected virtual VisionOutput Pack(
        IReadOnlyList<ImageShape> images, Tensor tokens, Tensor? attention, Action<string, Tensor>? tap) => new(tokens, attention);

    private void CheckInput(VisionInput images, bool actsInEncoder)
    {
        if (actsInEncoder && ImagesVary)
        {
            throw new EosException(EosErrors.PlanMismatch,
                $"The plan has a site in the vision encoder, where {Family} cuts images into tiles and packs them; " +
                "expected sites in the decoder only. Use a plan without stage tower or projector.");
        }
        var (squares, side) = (images.Images.Sum(image => image.Parts), Config.Vision.ImageSize);
        if (images.PixelValues.shape is not [var given, 3, var height, var width] || height != side || width != side)
        {
            throw new EosException(EosErrors.ModelInput,
                $"The pixels have the shape [{string.Join(", ", images.PixelValues.shape)}]; expected [squares, 3, {side}, {side}].");
        }
        if (given != squares)
            throw new EosException(EosErrors.ModelInput,
                $"The images have {squares} squares of pixels in all, but {given} were given; give one for each.");
    }
}
