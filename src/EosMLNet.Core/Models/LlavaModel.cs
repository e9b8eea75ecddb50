using EosMLNet.Checkpoints;
using EosMLNet.Data;
using EosMLNet.Reduction;
using EosMLNet.Runtime;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace EosMLNet.Models;

/// <summary>
/// LLaVA-1.5 (arXiv:2310.03744): a vision tower, a two-layer projector and a decoder, from a Hugging Face checkpoint folder. An image is
/// resized to one square, and its patches are its visual tokens.
/// </summary>
public class LlavaModel : VisionLanguageModel
{
    private readonly Dictionary<string, Tensor> weights = [];
    private readonly string? folder;
    private readonly VisionTower tower;
    private readonly LlamaDecoder decoder;
    private readonly Projector projector;
    private IReadOnlyList<string> notes = [];

    /// <summary>
    /// Builds the model from weights that <paramref name="weight"/> gives by canonical name and shape; the model owns them from then on.
    /// </summary>
    /// <param name="config">Shape of the model.</param>
    /// <param name="weight">Gives each weight, for example from a checkpoint, or random ones for training. All of one type and on one
    /// device.</param>
    /// <param name="processor">Tokenizer and image preprocessing, if any.</param>
    public LlavaModel(LlavaConfig config, Func<string, long[], Tensor> weight, VisionLanguageProcessor? processor = null)
        : this(config, weight, processor, folder: null)
    {
        TorchRuntime.EnsureLoaded();
    }

    private protected LlavaModel(LlavaConfig config, Func<string, long[], Tensor> weight, VisionLanguageProcessor? processor, string? folder)
    {
        Config = config;
        Processor = processor;
        this.folder = folder;
        try
        {
            tower = new VisionTower(config.Vision, TowerDepth(config), Own);
            projector = new Projector(config, Own);
            decoder = new LlamaDecoder(config.Text, config.TieWordEmbeddings, Own);
        }
        catch
        {
            Dispose();
            throw;
        }

        Tensor Own(string name, long[] shape) => weights[name] = weight(name, shape).DetachFromDisposeScope();
    }

    /// <summary>Loads a checkpoint folder (config.json, safetensors, and tokenizer and preprocessor files where it has them).</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="dtype">Data type to compute in; by default float32 on the CPU and the stored type elsewhere. Float32 on a GPU also
    /// turns off TF32, for the whole process.</param>
    /// <param name="device">Where to put the weights; the CPU by default.</param>
    /// <param name="cancellation">Stops the loading.</param>
    /// <param name="padding">What becomes of images that are not square; the default is <see cref="ImagePadding.Square"/>.</param>
    /// <exception cref="EosException">EOS1xxx: a file is missing, malformed or not supported; EOS2xxx: libtorch or the device is not there,
    /// or does not compute in that type.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; no weights stay behind.</exception>
    public static LlavaModel Load(
        string folder, ScalarType? dtype = null, Device? device = null, CancellationToken cancellation = default,
        ImagePadding padding = ImagePadding.Square)
    {
        TorchRuntime.EnsureLoaded();
        var notes = new List<string>();
        var config = LlavaConfig.Load(folder, notes);
        using var checkpoint = Checkpoint.Open(folder);
        var place = device ?? CPU;
        var type = dtype ?? (place.type == DeviceType.CPU ? ScalarType.Float32 : checkpoint.StoredType);
        DataTypes.CheckComputes(type, place);
        if (type == ScalarType.Float32)
            Tf32.TurnOff(place);
        var processor = VisionLanguageProcessor.Exists(folder) ? VisionLanguageProcessor.Load(folder, config, padding: padding) : null;
        using var unrecorded = no_grad();
        using var loader = new WeightLoader(checkpoint, type, place);
        // What the constructor asks for is known only by running it: once on placeholders, then on the weights.
        new LlavaModel(config, loader.Ask, processor, folder).Dispose();
        notes.AddRange(processor?.Notes ?? []);
        notes.AddRange(UnusedWeights.Note(checkpoint.Names, loader.Asked, folder));
        loader.Read(cancellation);
        return new LlavaModel(config, loader.Take, processor, folder) { notes = notes };
    }

    /// <summary>Checks a folder as <see cref="Load"/> does, without reading the weights.</summary>
    /// <returns>The notes that the model would have.</returns>
    /// <exception cref="EosException">As <see cref="Load"/>.</exception>
    internal static IReadOnlyList<string> Check(string folder)
    {
        var notes = new List<string>();
        var config = LlavaConfig.Load(folder, notes);
        using var checkpoint = Checkpoint.Open(folder);
        var processor = VisionLanguageProcessor.Exists(folder) ? VisionLanguageProcessor.Load(folder, config) : null;
        using var unrecorded = no_grad();
        using var loader = new WeightLoader(checkpoint, ScalarType.Float32, CPU);
        new LlavaModel(config, loader.Ask, processor, folder).Dispose();
        return [.. notes, .. processor?.Notes ?? [], .. UnusedWeights.Note(checkpoint.Names, loader.Asked, folder)];
    }

    /// <summary>The checkpoint's configuration.</summary>
    public LlavaConfig Config { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Notes => notes;
    /// <inheritdoc/>
    public override string Family => "llava";
    /// <inheritdoc/>
    public override int LayerCount => Config.Text.LayerCount;
    /// <inheritdoc/>
    public override int HiddenSize => Config.Text.HiddenSize;
    /// <inheritdoc/>
    public override int IntermediateSize => Config.Text.IntermediateSize;
    /// <inheritdoc/>
    public override int HeadCount => Config.Text.HeadCount;
    /// <inheritdoc/>
    public override int KeyValueHeadCount => Config.Text.KeyValueHeadCount;
    /// <inheritdoc/>
    public override int HeadSize => Config.Text.HeadSize;
    /// <inheritdoc/>
    public override int MaxPositions => Config.Text.MaxPositions;
    /// <inheritdoc/>
    public override int VocabularySize => Config.Text.VocabularySize;
    /// <inheritdoc/>
    public override int ImageTokenId => Config.ImageTokenIndex;
    /// <inheritdoc/>
    public override int PadTokenId => Config.PadTokenId;
    /// <inheritdoc/>
    public override IReadOnlyList<int> EosTokenIds => Config.EosTokenIds;
    /// <inheritdoc/>
    public override ScalarType DataType => decoder.DataType;
    /// <inheritdoc/>
    public override Device Device => decoder.Device;
    /// <inheritdoc/>
    public override int TowerLayerCount => TowerDepth(Config);
    /// <inheritdoc/>
    public override bool HasClsAttention => Config.Vision.HasClassToken && TowerLayerCount > 0;
    /// <inheritdoc/>
    public override VisionLanguageProcessor? Processor { get; }
    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> Weights => weights;

    /// <inheritdoc/>
    public override VisualLayout UsualLayout => KeepsCls ? new(VisualRegion.Single, Patches) : new(Patches);

    /// <summary>The patches of one square image.</summary>
    private protected VisualRegion Patches => new(Config.Vision.GridSize, Config.Vision.GridSize);

    private bool KeepsCls => Config.Vision.HasClassToken && Config.VisionFeatureSelectStrategy == "full";

    // hidden_states[0] is the tower's input and hidden_states[i] the output of layer i-1; negative numbers count from the end.
    private static int TowerDepth(LlavaConfig config) =>
        config.VisionFeatureLayer >= 0 ? config.VisionFeatureLayer : config.Vision.LayerCount + 1 + config.VisionFeatureLayer;

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
        var first = KeepsCls || !Config.Vision.HasClassToken ? 0 : 1;
        var feature = full.narrow(1, first, full.shape[1] - first);                                  // (S, n, dv)
        tap?.Invoke("vision.feature", feature);
        var tokens = projector.Apply(feature);                                                       // (S, n, d)
        tap?.Invoke("projector", tokens);
        var output = sequence?.Output(tokens)
            ?? Pack(images.Images, tokens, attention?.narrow(1, first, feature.shape[1]).contiguous(), tap);
        return output.MoveToOuterDisposeScope();
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
            throw new EosException(EosErrors.PlanMismatch, $"The plan has a site in the vision encoder, where {Family} cuts images into tiles and packs them; " +
                "expected sites in the decoder only. Use a plan without stage tower or projector.");
        }
        var (squares, side) = (images.Images.Sum(image => image.Parts), Config.Vision.ImageSize);
        if (images.PixelValues.shape is not [var given, 3, var height, var width] || height != side || width != side)
        {
            throw new EosException(EosErrors.ModelInput,
                $"The pixels have the shape [{string.Join(", ", images.PixelValues.shape)}]; expected [squares, 3, {side}, {side}].");
        }
        if (given != squares)
            throw new EosException(EosErrors.ModelInput, $"The images have {squares} squares of pixels in all, but {given} were given; give one for each.");
    }

    /// <inheritdoc/>
    public override Tensor EmbedTokens(Tensor ids) => decoder.Embed(ids);

    /// <inheritdoc/>
    public override Rotary Rotary(Tensor positions) => Models.Rotary.Create(positions, HeadSize, Config.Text.RopeTheta, DataType);

    /// <inheritdoc/>
    public override Tensor RunLayer(int layer, Tensor hidden, Rotary rotary, Tensor? bias, LayerCache? cache = null) =>
        decoder.RunLayer(layer, hidden, rotary, bias, cache);

    /// <inheritdoc/>
    public override Tensor QueryAttention(int layer, Tensor hidden, Rotary rotary, Tensor queries, Tensor? bias, Tensor? keys = null) =>
        decoder.QueryAttention(layer, hidden, rotary, queries, bias, keys);

    /// <inheritdoc/>
    public override Tensor Keys(int layer, Tensor hidden) => decoder.Keys(layer, hidden);

    /// <inheritdoc/>
    public override Tensor FinalNorm(Tensor hidden) => decoder.FinalNorm(hidden);

    /// <inheritdoc/>
    public override Tensor Head(Tensor normalised) => decoder.Head(normalised);

    /// <inheritdoc/>
    protected override string ComputeFingerprint() => folder is null ? base.ComputeFingerprint() : Checkpoint.Fingerprint(folder);
}
