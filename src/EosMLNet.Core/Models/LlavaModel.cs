using EosMLNet.Execution;
using EosMLNet.LibTorch;
using EosMLNet.Tensors;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace EosMLNet.Models;

/// <summary>
/// LLaVA-1.5 (arXiv:2310.03744): a CLIP vision tower, a two-layer GELU projector and a Llama decoder, from a Hugging Face checkpoint
/// folder.
/// </summary>
public sealed class LlavaModel : VisionLanguageModel
{
    private readonly Dictionary<string, Tensor> weights = [];
    private readonly string? folder;
    private readonly ClipVisionTower tower;
    private readonly LlamaDecoder decoder;
    private readonly Tensor linear1, linear2;
    private readonly Tensor? bias1, bias2;
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

    private LlavaModel(LlavaConfig config, Func<string, long[], Tensor> weight, VisionLanguageProcessor? processor, string? folder)
    {
        Config = config;
        Processor = processor;
        this.folder = folder;
        try
        {
            long vision = config.Vision.HiddenSize, text = config.Text.HiddenSize;
            tower = new ClipVisionTower(config.Vision, TowerDepth(config), Own);
            linear1 = Own("multi_modal_projector.linear_1.weight", [text, vision]);
            linear2 = Own("multi_modal_projector.linear_2.weight", [text, text]);
            bias1 = config.ProjectorBias ? Own("multi_modal_projector.linear_1.bias", [text]) : null;
            bias2 = config.ProjectorBias ? Own("multi_modal_projector.linear_2.bias", [text]) : null;
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
        var type = dtype ?? (place.type == DeviceType.CPU ? ScalarType.Float32 : checkpoint.StoredType.Torch());
        DataTypes.CheckComputes(type, place);
        if (type == ScalarType.Float32)
            Tf32.TurnOff(place);
        var processor = VisionLanguageProcessor.Exists(folder) ? VisionLanguageProcessor.Load(folder, config, padding: padding) : null;
        using var unrecorded = no_grad();
        using var loader = new WeightLoader(checkpoint, type, place);
        // What the constructor asks for is known only by running it: once on placeholders, then on the weights.
        new LlavaModel(config, loader.Ask, processor, folder).Dispose();
        notes.AddRange(processor?.Notes ?? []);
        notes.AddRange(checkpoint.NoteUnused(loader.Asked));
        loader.Read(cancellation);
        return new LlavaModel(config, loader.Take, processor, folder) { notes = notes };
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
    public override ScalarType DataType => linear1.dtype;
    /// <inheritdoc/>
    public override Device Device => linear1.device;
    /// <inheritdoc/>
    public override int TowerLayerCount => TowerDepth(Config);
    /// <inheritdoc/>
    public override bool HasClsAttention => TowerLayerCount > 0;
    /// <inheritdoc/>
    public override VisionLanguageProcessor? Processor { get; }
    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> Weights => weights;

    /// <inheritdoc/>
    public override VisualGrid Grid => new(Config.Vision.GridSize, Config.Vision.GridSize);

    /// <inheritdoc/>
    public override bool KeepsCls => Config.VisionFeatureSelectStrategy == "full";

    // hidden_states[0] is the tower's input and hidden_states[i] the output of layer i-1; negative numbers count from the end.
    private static int TowerDepth(LlavaConfig config) =>
        config.VisionFeatureLayer >= 0 ? config.VisionFeatureLayer : config.Vision.LayerCount + 1 + config.VisionFeatureLayer;

    /// <inheritdoc/>
    public override VisionOutput EncodeImages(Tensor pixelValues, Action<string, Tensor>? tap = null, ReductionPlan? plan = null)
    {
        using var scope = NewDisposeScope();
        using var sequence = plan is { ActsInEncoder: true } ? new VisionSequence(this, plan, pixelValues.shape[0]) : null;
        var (full, attention) = tower.Run(pixelValues.to(Device), tap, sequence);                    // (I, 1+p, dv)
        full = sequence?.ReduceFeature(full) ?? full;
        tap?.Invoke("vision.feature_full", full);
        var first = KeepsCls ? 0 : 1;
        var feature = full.narrow(1, first, full.shape[1] - first);                                  // (I, n, dv)
        tap?.Invoke("vision.feature", feature);
        var tokens = functional.linear(Activation.Apply(Config.ProjectorActivation, functional.linear(feature, linear1, bias1)), linear2, bias2);
        tap?.Invoke("projector", tokens);
        var output = sequence?.Output(tokens) ?? new VisionOutput(tokens, attention?.narrow(1, first, VisualTokens).contiguous());
        return output.MoveToOuterDisposeScope();
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
