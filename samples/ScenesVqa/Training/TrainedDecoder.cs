using System.Text.Json;
using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace ScenesVqa.Training;

/// <summary>
/// The decoder of another checkpoint folder of the same shape, to begin with: it knows the questions' words, as the language model that a
/// vision-language model is built on does. Embeddings go by the tokens' texts, since the two vocabularies differ.
/// </summary>
internal sealed class TrainedDecoder : IDisposable
{
    private const string Root = "language_model.", Embeddings = "embed_tokens.weight";

    // Other names of what means the same: turns begin and end, padding.
    private static readonly Dictionary<string, string> Alike = new() { ["<|im_start|>"] = "<s>", ["<|im_end|>"] = "</s>", ["<|endoftext|>"] = "<pad>" };

    private readonly Checkpoint checkpoint;
    private readonly Dictionary<string, int> theirs, ours;

    /// <param name="folder">The other folder.</param>
    /// <param name="own">The folder that has the vocabulary of the model to be.</param>
    public TrainedDecoder(string folder, string own)
    {
        checkpoint = Checkpoint.Open(folder);
        (theirs, ours) = (Vocabulary(folder), Vocabulary(own));
    }

    /// <summary>The weight that the model begins with; null where the other decoder has none.</summary>
    public Tensor? Weight(string name, long[] shape)
    {
        if (!name.StartsWith(Root, StringComparison.Ordinal) || name.EndsWith(".bias", StringComparison.Ordinal))
            return null;
        var weight = checkpoint.Read(name, shape, ScalarType.Float32, CPU);
        return name.EndsWith(Embeddings, StringComparison.Ordinal) ? Reordered(weight) : weight;
    }

    // An answer has no blank in front of it here, as it has there: the word with one is what was trained, its bare form a mere part of it.
    private Tensor Reordered(Tensor embeddings)
    {
        using var scope = NewDisposeScope();
        var places = new long[embeddings.shape[0]];
        Array.Fill(places, embeddings.shape[0] - 1); // an unused token's
        foreach (var (token, id) in ours)
            places[id] = ((string[])["Ġ" + token, token, Alike.GetValueOrDefault(token, token)])
                .Where(theirs.ContainsKey).Select(known => (long)theirs[known]).FirstOrDefault(places[id]);
        using var noise = randn(embeddings.shape).Mul(0.01); // so that tokens with one row part
        return embeddings.index_select(0, tensor(places)).Add(noise).MoveToOuterDisposeScope();
    }

    private static Dictionary<string, int> Vocabulary(string folder) =>
        JsonSerializer.Deserialize<Dictionary<string, int>>(File.ReadAllText(Path.Combine(folder, "vocab.json")))!;

    public void Dispose() => checkpoint.Dispose();
}
