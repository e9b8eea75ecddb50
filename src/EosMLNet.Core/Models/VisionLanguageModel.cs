using System.Security.Cryptography;
using System.Text;
using static TorchSharp.torch;

namespace EosMLNet.Models;

/// <summary>
/// What reduction and search need of a vision-language model: an image encoder, a stack of decoder layers that can be run one by one, and a
/// head. A new backbone is one new class that derives from this one.
/// </summary>
/// <remarks>Reading is thread-safe: no method changes the model. Tensors that are returned belong to the caller's dispose scope.</remarks>
public abstract class VisionLanguageModel : IDisposable
{
    private readonly Lazy<string> fingerprint;

    /// <summary>Starts a model whose fingerprint is computed when it is first asked for.</summary>
    protected VisionLanguageModel() => fingerprint = new Lazy<string>(ComputeFingerprint);

    /// <summary>The architecture's name, for example <c>llava</c>.</summary>
    public abstract string Family { get; }

    /// <summary>Identifies the weights: <c>sha256:</c> and 64 hexadecimal digits.</summary>
    public string Fingerprint => fingerprint.Value;

    /// <summary>
    /// What a user should know about the files that the model was made of, a sentence each: which defaults were taken, which settings have
    /// no effect.
    /// Mostly empty. Commands, ML.NET's log and build logs print them once.
    /// </summary>
    public virtual IReadOnlyList<string> Notes => [];

    /// <summary>Number of decoder layers.</summary>
    public abstract int LayerCount { get; }

    /// <summary>Width of the decoder.</summary>
    public abstract int HiddenSize { get; }

    /// <summary>Width of the decoder's gated feed-forward layers.</summary>
    public abstract int IntermediateSize { get; }

    /// <summary>Number of query heads of a decoder layer.</summary>
    public abstract int HeadCount { get; }

    /// <summary>Number of key-value heads of a decoder layer.</summary>
    public abstract int KeyValueHeadCount { get; }

    /// <summary>Size of one attention head of a decoder layer.</summary>
    public abstract int HeadSize { get; }

    /// <summary>The longest sequence the decoder was made for, in tokens.</summary>
    public abstract int MaxPositions { get; }

    /// <summary>Number of entries of the vocabulary.</summary>
    public abstract int VocabularySize { get; }

    /// <summary>How one image's patches lie in the image.</summary>
    public abstract VisualGrid Grid { get; }

    /// <summary>Whether the tower's [CLS] token is a visual token too, the first one of its image.</summary>
    public abstract bool KeepsCls { get; }

    /// <summary>Number of visual tokens of one image.</summary>
    public int VisualTokens => Grid.Rows * Grid.Columns + (KeepsCls ? 1 : 0);

    /// <summary>The token id that stands for one visual token in a prompt.</summary>
    public abstract int ImageTokenId { get; }

    /// <summary>The token id that pads short rows of a batch.</summary>
    public abstract int PadTokenId { get; }

    /// <summary>The token ids that end an answer.</summary>
    public abstract IReadOnlyList<int> EosTokenIds { get; }

    /// <summary>Data type of the weights and of the arithmetic.</summary>
    public abstract ScalarType DataType { get; }

    /// <summary>Where the weights are.</summary>
    public abstract Device Device { get; }

    /// <summary>Number of blocks of the vision tower that are run.</summary>
    public abstract int TowerLayerCount { get; }

    /// <summary>Whether <see cref="VisionOutput.ClsAttention"/> is there.</summary>
    public abstract bool HasClsAttention { get; }

    /// <summary>Tokenizer and image preprocessing of the checkpoint; null where its folder has none.</summary>
    public abstract VisionLanguageProcessor? Processor { get; }

    /// <summary>The weights by their canonical checkpoint names.</summary>
    public abstract IReadOnlyDictionary<string, Tensor> Weights { get; }

    /// <summary>Runs the vision tower and the projector.</summary>
    /// <param name="pixelValues">Normalised pixels, (I, 3, H, W).</param>
    /// <param name="tap">Called with the name and value of each intermediate result, if given.</param>
    /// <param name="plan">The plan whose sites in the encoder act on the way; its other sites are of no concern here.</param>
    public abstract VisionOutput EncodeImages(Tensor pixelValues, Action<string, Tensor>? tap = null, ReductionPlan? plan = null);

    /// <summary>Looks up token embeddings: (B, T) int64 to (B, T, d).</summary>
    public abstract Tensor EmbedTokens(Tensor ids);

    /// <summary>The position tables for (B, T) int64 positions.</summary>
    public abstract Rotary Rotary(Tensor positions);

    /// <summary>Runs one decoder layer.</summary>
    /// <param name="layer">Index of the layer, from 0.</param>
    /// <param name="hidden">Hidden states that enter the layer, (B, q, d).</param>
    /// <param name="rotary">Position tables of those q tokens.</param>
    /// <param name="bias">Added to the attention logits, (B or 1, 1, q, T) where T counts cached and new tokens; null for plain causal
    /// attention without padding.</param>
    /// <param name="cache">Keys and values of earlier tokens, extended by the new ones; null when nothing is decoded afterwards.</param>
    /// <returns>Hidden states that leave the layer, (B, q, d).</returns>
    public abstract Tensor RunLayer(int layer, Tensor hidden, Rotary rotary, Tensor? bias, LayerCache? cache = null);

    /// <summary>The attention of a few query rows at one layer, recomputed so that the layer itself can stay fused.</summary>
    /// <param name="layer">Index of the layer, from 0.</param>
    /// <param name="hidden">Hidden states that enter the layer, (B, T, d).</param>
    /// <param name="rotary">Position tables of the T tokens.</param>
    /// <param name="queries">Indices of the query tokens, int64, (B, q).</param>
    /// <param name="bias">Added to the logits, (B or 1, 1, q, T); it must mask what a query may not see. Null: every token is seen.</param>
    /// <param name="keys">The T tokens' keys after RoPE, (B, key-value heads, T, head size), where the layer has run with a cache; null to
    /// compute them.</param>
    /// <returns>Attention after the softmax, (B, heads, q, T).</returns>
    public abstract Tensor QueryAttention(int layer, Tensor hidden, Rotary rotary, Tensor queries, Tensor? bias, Tensor? keys = null);

    /// <summary>
    /// The keys that a layer would make of the given hidden states, before RoPE: (…, d) to (…, key-value heads · head size).
    /// </summary>
    public abstract Tensor Keys(int layer, Tensor hidden);

    /// <summary>The final normalisation: (B, T, d) to (B, T, d).</summary>
    public abstract Tensor FinalNorm(Tensor hidden);

    /// <summary>The language-model head on normalised hidden states: (B, T, d) to (B, T, vocabulary).</summary>
    public abstract Tensor Head(Tensor normalised);

    /// <summary>Final normalisation and head: (B, T, d) to (B, T, vocabulary).</summary>
    public Tensor Logits(Tensor hidden)
    {
        using var scope = NewDisposeScope();
        return Head(FinalNorm(hidden)).MoveToOuterDisposeScope();
    }

    /// <summary>Hashes names and bytes of all weights; a model that comes from files hashes the files instead.</summary>
    protected virtual string ComputeFingerprint()
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
