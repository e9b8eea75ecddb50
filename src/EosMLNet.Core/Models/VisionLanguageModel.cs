using System.Security.Cryptography;
using System.Text;
using EosMLNet.LibTorch;
using EosMLNet.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace EosMLNet.Models;

/// <summary>
/// What reduction and search need of a vision-language model: an image encoder, a stack of decoder layers that can be run one by one, and a
/// head. A new family is a class that derives from this one, with a <see cref="ModelTypeAttribute"/> and a public constructor that takes
/// its configuration, a function that gives weights by name and shape, and a processor.
/// </summary>
/// <remarks>Reading is thread-safe: no method changes the model. Tensors that are returned belong to the caller's dispose scope.</remarks>
public abstract class VisionLanguageModel : IDisposable
{
    private readonly Dictionary<string, Tensor> weights = [];
    private readonly LlamaDecoder decoder;
    private readonly Lazy<ModelFingerprint> identity;

    /// <summary>Takes the weights that the configuration asks for; the model owns them from now on.</summary>
    /// <param name="config">The model's configuration.</param>
    /// <param name="weight">Gives each weight by name and shape. All of one type and on one device.</param>
    /// <param name="processor">Tokenizer and image preprocessing, if any.</param>
    private protected VisionLanguageModel(ModelConfig config, Func<string, long[], Tensor> weight, VisionLanguageProcessor? processor)
    {
        TorchRuntime.EnsureLoaded();
        (Shape, Processor) = (config, processor);
        identity = new Lazy<ModelFingerprint>(() => Files is null ? new(HashWeights()) : new(Files.Fingerprint));
        try
        {
            foreach (var (name, shape) in config.Weights)
            {
                weights[name] = weight(name, shape).DetachFromDisposeScope();
                if (weights[name].dtype == ScalarType.Int8)
                    weights[name + WeightLoader.ScaleSuffix] = weight(name + WeightLoader.ScaleSuffix, [shape[0]]).DetachFromDisposeScope();
            }
            decoder = new LlamaDecoder(config.Text, config.TieWordEmbeddings, name => weights[name]);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Loads a checkpoint folder (config.json, safetensors, and tokenizer and preprocessor files where it has them).</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="dtype">Data type to compute in. Float32 on a GPU also turns off TF32, for the whole process.</param>
    /// <param name="device">Where to put the weights; the CPU by default.</param>
    /// <param name="cancellation">Stops the loading.</param>
    /// <param name="padding">What becomes of images that are not square; the default is <see cref="ImagePadding.Square"/>. Models that cut
    /// images into tiles do not ask for it.</param>
    /// <param name="use">What it is loaded for. A search needs <see cref="ModelUse.Search"/>.</param>
    /// <param name="prompts">The user's own prompts; null for the checkpoint's.</param>
    /// <returns>The model of the <c>model_type</c> that config.json names.</returns>
    /// <exception cref="EosException">EOS1xxx: a file is missing, malformed or not supported; EOS2xxx: libtorch or the device is not there,
    /// or does not compute in that type, or a weight cannot be kept in it.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; no weights stay behind.</exception>
    public static VisionLanguageModel Load(
        string folder, ModelDataType dtype = ModelDataType.Auto, Device? device = null, CancellationToken cancellation = default,
        ImagePadding padding = ImagePadding.Square, ModelUse use = ModelUse.Answer, PromptChoice? prompts = null) =>
        ModelLoader.Load(folder, dtype, device, cancellation, padding, use, prompts);

    /// <summary>The <c>model_type</c>, for example <c>llava</c>.</summary>
    public string Family => Shape.ModelType;

    /// <summary>
    /// Identifies the weights: <c>sha256:</c> and 64 hexadecimal digits. It is computed when it is first asked for: about a second a
    /// gigabyte.
    /// </summary>
    /// <exception cref="EosException">EOS1001: the files have gone or were changed after the model was loaded.</exception>
    public string Fingerprint => Identity.Get();

    /// <summary>
    /// The same, without waiting. That of files outlives the model; weights in memory are hashed at once, since they may not.
    /// </summary>
    internal ModelFingerprint Identity => identity.Value;

    /// <summary>
    /// What a user should know about the files that the model was made of, a sentence each: which defaults were taken, which settings have
    /// no effect.
    /// Mostly empty. Commands, ML.NET's log and build logs print them once.
    /// </summary>
    public IReadOnlyList<string> Notes { get; internal set; } = [];

    /// <summary>The files that the model was loaded from; null where it was not.</summary>
    internal CheckpointFiles? Files { get; set; }

    /// <summary>The configuration.</summary>
    internal ModelConfig Shape { get; }

    /// <summary>Number of decoder layers.</summary>
    public int LayerCount => Shape.Text.LayerCount;

    /// <summary>Width of the decoder.</summary>
    public int HiddenSize => Shape.Text.HiddenSize;

    /// <summary>Width of the decoder's gated feed-forward layers.</summary>
    public int IntermediateSize => Shape.Text.IntermediateSize;

    /// <summary>Number of query heads of a decoder layer.</summary>
    public int HeadCount => Shape.Text.HeadCount;

    /// <summary>Number of key-value heads of a decoder layer.</summary>
    public int KeyValueHeadCount => Shape.Text.KeyValueHeadCount;

    /// <summary>Size of one attention head of a decoder layer.</summary>
    public int HeadSize => Shape.Text.HeadSize;

    /// <summary>The longest sequence the decoder was made for, in tokens.</summary>
    public int MaxPositions => Shape.Text.MaxPositions;

    /// <summary>Number of entries of the vocabulary.</summary>
    public int VocabularySize => Shape.Text.VocabularySize;

    /// <summary>How the visual tokens of the model's usual image lie; of every image, where <see cref="ImagesVary"/> is false.</summary>
    public VisualLayout UsualLayout => Shape.UsualLayout(Processor?.Images);

    /// <summary>Whether images have different numbers of visual tokens, depending on their size.</summary>
    public bool ImagesVary => Shape.ImagesVary;

    /// <summary>Number of visual tokens of the model's usual image.</summary>
    public int VisualTokens => UsualLayout.Count;

    /// <summary>The token id that stands for one visual token in a prompt.</summary>
    public int ImageTokenId => Shape.ImageTokenIndex;

    /// <summary>The token ids that stand for visual tokens: that of images, and of videos where the model has them.</summary>
    public IReadOnlyList<int> VisualTokenIds => Shape.VisualTokenIds;

    /// <summary>The token id that pads short rows of a batch.</summary>
    public int PadTokenId => Shape.PadTokenId;

    /// <summary>The token ids that end an answer.</summary>
    public IReadOnlyList<int> EosTokenIds => Shape.EosTokenIds;

    /// <summary>Data type of the weights and of the arithmetic.</summary>
    public ScalarType DataType => decoder.DataType;

    /// <summary>Where the weights are.</summary>
    public Device Device => decoder.Device;

    /// <summary>Number of blocks of the vision tower that are run.</summary>
    public int TowerLayerCount => Shape.TowerDepth;

    /// <summary>Whether <see cref="VisionOutput.ClsAttention"/> is there.</summary>
    public bool HasClsAttention => Shape.HasClsAttention;

    /// <summary>Tokenizer and image preprocessing of the checkpoint; null where its folder has none.</summary>
    public VisionLanguageProcessor? Processor { get; }

    /// <summary>What the weights of linear layers are kept in: <see cref="DataType"/>, or int8.</summary>
    public ModelDataType WeightType => LinearForm == WeightForm.Int8 ? ModelDataType.Int8 : DataTypes.Of(DataType);

    /// <summary>Whether weights were laid out for the processor: no gradient goes through them, and their numbers cannot be read.</summary>
    public bool IsPacked => LinearForm != WeightForm.Dense;

    /// <summary>
    /// The form that it computes in, in words: the type, and how linear layers keep their weights where those are no ordinary tensors.
    /// <c>Float32</c>, <c>BFloat16, packed</c>, <c>Int8 with Float32</c>. What is measured of a model holds for its form.
    /// </summary>
    public string Form => LinearForm.InWords(DataType);

    /// <summary>The form of a model of the same files, type and device that was loaded for <see cref="ModelUse.Answer"/>.</summary>
    public string AnswerForm => AnsweringForm.InWords(DataType);

    /// <summary>
    /// Whether the model has that form, so that its answers and its speed are those that users will see. One that was loaded for a search
    /// may have another.
    /// </summary>
    public bool HasAnswerForm => LinearForm == AnsweringForm;

    /// <summary>How linear layers keep their weights.</summary>
    internal WeightForm LinearForm { get; set; }

    /// <summary>The same in a model that was loaded for answers.</summary>
    internal WeightForm AnsweringForm { get; set; }

    /// <summary>The weights by their canonical checkpoint names; in int8 with their scales beside them.</summary>
    public IReadOnlyDictionary<string, Tensor> Weights => weights;

    /// <summary>How the visual tokens of an image lie.</summary>
    /// <param name="image">What its encoder is given.</param>
    public VisualLayout LayoutOf(ImageShape image) => Shape.LayoutOf(image);

    /// <summary>Reads images and videos as transformers' <c>forward</c> takes them.</summary>
    /// <param name="tensor">Gives a tensor by transformers' name for it (<c>pixel_values</c>, <c>image_sizes</c>, …), in the model's type
    /// and on
    /// its device where it holds pixels; null where there is none.</param>
    /// <returns>For each kind of placeholder its token id, and what stands there in order.</returns>
    /// <exception cref="EosException">EOS1015: a tensor is missing, or has another shape.</exception>
    public abstract IReadOnlyList<(int TokenId, VisionInput Input)> ReadInputs(Func<string, Tensor?> tensor);

    /// <summary>A fault of tensors that <see cref="ReadInputs"/> was given.</summary>
    private protected static EosException Unfit(string found) => new(EosErrors.ModelInput, $"The inputs do not fit: {found}.");

    /// <summary>Runs the vision tower and the projector.</summary>
    /// <param name="images">The images' pixels and shapes.</param>
    /// <param name="tap">Called with the name and value of each intermediate result, if given.</param>
    /// <param name="plan">The plan whose sites in the encoder act on the way; its other sites are of no concern here.</param>
    /// <param name="clsAttention">Whether <see cref="VisionOutput.ClsAttention"/> is asked for.</param>
    /// <exception cref="EosException">EOS1015: the shapes do not fit the pixels. EOS4002: the plan has sites in an encoder where none can
    /// act.</exception>
    public abstract VisionOutput EncodeImages(
        VisionInput images, Action<string, Tensor>? tap = null, ReductionPlan? plan = null, bool clsAttention = true);

    /// <summary>The same for images of one part each.</summary>
    /// <param name="pixelValues">Normalised pixels, (I, 3, H, W).</param>
    /// <param name="tap">Called with the name and value of each intermediate result, if given.</param>
    /// <param name="plan">The plan whose sites in the encoder act on the way.</param>
    public VisionOutput EncodeImages(Tensor pixelValues, Action<string, Tensor>? tap = null, ReductionPlan? plan = null) =>
        EncodeImages(VisionInput.Of(pixelValues), tap, plan);

    /// <summary>How many numbers the position of a token is.</summary>
    public int PositionAxes => Shape.PositionAxes;

    /// <summary>The positions of an image's visual tokens, counted from where it begins.</summary>
    /// <param name="layout">How its tokens lie.</param>
    /// <returns>The positions, one axis behind the other, (<see cref="PositionAxes"/> · n), and that of the token behind the image, which
    /// is the same on all axes.</returns>
    public (IReadOnlyList<long> Positions, long Next) PositionsOf(VisualLayout layout)
    {
        var placed = Shape.PositionsOf(layout, 0);
        return (placed.Values, placed.Next);
    }

    /// <summary>The positions of a batch's tokens, and of the tokens that follow; in the caller's dispose scope.</summary>
    /// <param name="valid">False at padding, which is in front, (B, T).</param>
    /// <param name="lengths">Tokens of each row.</param>
    /// <param name="images">Where the batch's images stand, row by row, in the order of the prompt.</param>
    /// <returns>Positions, int64, (B, T), or (axes, B, T) where a position is several numbers; and those of the first token behind each
    /// row, (B, 1).</returns>
    internal (Tensor Positions, Tensor Next) Positions(Tensor valid, IReadOnlyList<int> lengths, IReadOnlyList<ImagePlace> images)
    {
        using var scope = NewDisposeScope();
        if (PositionAxes > 1)
        {
            var stretches = images.ToLookup(image => image.Row, image => (image.Start, Shape.PositionsOf(image.Layout, image.Stretch)));
            var rows = lengths.Select((length, row) => StretchPositions.OfRow(length, PositionAxes, stretches[row])).ToArray();
            var places = StretchPositions.Padded(rows, PositionAxes, (int)valid.shape[1]);
            return (tensor(places, [PositionAxes, lengths.Count, valid.shape[1]]).Upload(Device).MoveToOuterDisposeScope(),
                tensor(rows.Select(row => row.Next).ToArray(), [lengths.Count, 1]).Upload(Device).MoveToOuterDisposeScope());
        }
        using var zero = 0L.ToScalar();
        return (valid.cumsum(1).Add(-1).clamp(min: zero).MoveToOuterDisposeScope(), valid.sum(1, keepdim: true).MoveToOuterDisposeScope());
    }

    /// <summary>Looks up token embeddings: (B, T) int64 to (B, T, d).</summary>
    public Tensor EmbedTokens(Tensor ids) => decoder.Embed(ids);

    /// <summary>The position tables for int64 positions, (B, T), or (axes, B, T) where a position is several numbers.</summary>
    public Rotary Rotary(Tensor positions) =>
        Models.Rotary.Create(positions, HeadSize, Shape.Text.RopeTheta, DataType, Shape.Text.RopeAxes);

    /// <summary>Runs one decoder layer.</summary>
    /// <param name="layer">Index of the layer, from 0.</param>
    /// <param name="hidden">Hidden states that enter the layer, (B, q, d).</param>
    /// <param name="rotary">Position tables of those q tokens.</param>
    /// <param name="bias">Added to the attention logits, (B or 1, 1, q, T) where T counts cached and new tokens; null for plain causal
    /// attention without padding.</param>
    /// <param name="cache">Keys and values of earlier tokens, extended by the new ones; null when nothing is decoded afterwards.</param>
    /// <returns>Hidden states that leave the layer, (B, q, d).</returns>
    public Tensor RunLayer(int layer, Tensor hidden, Rotary rotary, Tensor? bias, LayerCache? cache = null) =>
        decoder.RunLayer(layer, hidden, rotary, bias, cache);

    /// <summary>The attention of a few query rows at one layer, recomputed so that the layer itself can stay fused.</summary>
    /// <param name="layer">Index of the layer, from 0.</param>
    /// <param name="hidden">Hidden states that enter the layer, (B, T, d).</param>
    /// <param name="rotary">Position tables of the T tokens.</param>
    /// <param name="queries">Indices of the query tokens, int64, (B, q).</param>
    /// <param name="bias">Added to the logits, (B or 1, 1, q, T); it must mask what a query may not see. Null: every token is seen.</param>
    /// <param name="keys">The T tokens' keys after RoPE, (B, key-value heads, T, head size), where the layer has run with a cache; null to
    /// compute them.</param>
    /// <returns>Attention after the softmax, (B, heads, q, T).</returns>
    public Tensor QueryAttention(int layer, Tensor hidden, Rotary rotary, Tensor queries, Tensor? bias, Tensor? keys = null) =>
        decoder.QueryAttention(layer, hidden, rotary, queries, bias, keys);

    /// <summary>
    /// The keys that a layer would make of the given hidden states, before RoPE: (…, d) to (…, key-value heads · head size).
    /// </summary>
    public Tensor Keys(int layer, Tensor hidden) => decoder.Keys(layer, hidden);

    /// <summary>The final normalisation: (B, T, d) to (B, T, d).</summary>
    public Tensor FinalNorm(Tensor hidden) => decoder.FinalNorm(hidden);

    /// <summary>The language-model head on normalised hidden states: (B, T, d) to (B, T, vocabulary).</summary>
    public Tensor Head(Tensor normalised) => decoder.Head(normalised);

    /// <summary>Final normalisation and head: (B, T, d) to (B, T, vocabulary).</summary>
    public Tensor Logits(Tensor hidden)
    {
        using var scope = NewDisposeScope();
        return Head(FinalNorm(hidden)).MoveToOuterDisposeScope();
    }

    // Names and bytes of all weights.
    private string HashWeights()
    {
        using var scope = NewDisposeScope();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, weight) in Weights.OrderBy(w => w.Key, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{name} {weight.dtype} {string.Join(',', weight.shape)}\n"));
            hash.AppendData(weight.detach().cpu().contiguous().bytes);
        }
        return "sha256:" + Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var weight in Weights.Values)
            weight.Dispose();
        GC.SuppressFinalize(this);
    }
}
