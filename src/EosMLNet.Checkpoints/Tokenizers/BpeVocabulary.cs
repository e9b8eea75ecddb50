using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EosMLNet.Checkpoints;

/// <summary>
/// A byte-level BPE tokenizer as data: the tokens in the order of their ids, and the merges in the order in which they apply.
/// </summary>
public sealed class BpeVocabulary
{
    private static readonly JsonSerializerOptions Readable =
        new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly BpeSpecialTokens special;

    internal BpeVocabulary(
        IReadOnlyList<string> tokens, IReadOnlyList<(string Left, string Right)> merges, BpeSpecialTokens special) =>
        (Tokens, Merges, this.special) = (tokens, merges, special);

    /// <summary>The tokens by id: the special ones, the 256 bytes, then what the merges make; spaces are written Ġ.</summary>
    public IReadOnlyList<string> Tokens { get; }

    /// <summary>The pairs of tokens that are joined, most urgent first.</summary>
    public IReadOnlyList<(string Left, string Right)> Merges { get; }

    /// <summary>The id of the token that fills short rows of a batch.</summary>
    public int PadTokenId => special.Id(special.Pad);

    /// <summary>The id of the token that begins a sequence.</summary>
    public int BosTokenId => special.Id(special.Begin);

    /// <summary>The id of the token that ends an answer.</summary>
    public int EosTokenId => special.Id(special.End);

    /// <summary>The id of the token that stands for one visual token.</summary>
    public int ImageTokenId => special.Id(special.Image);

    /// <summary>Writes <c>vocab.json</c>, <c>merges.txt</c> and <c>tokenizer_config.json</c>, as transformers reads them.</summary>
    /// <exception cref="EosException">EOS2003: a file cannot be written.</exception>
    public void Save(string folder)
    {
        var vocabulary = new JsonObject(Tokens.Select((token, id) => KeyValuePair.Create<string, JsonNode?>(token, id)));
        AtomicFile.WriteText(Path.Combine(folder, "vocab.json"), vocabulary.ToJsonString(Readable) + "\n");

        var merges = Merges.Aggregate(new StringBuilder("#version: 0.2\n"),
            (text, merge) => text.Append(merge.Left).Append(' ').Append(merge.Right).Append('\n'));
        AtomicFile.WriteText(Path.Combine(folder, "merges.txt"), merges.ToString());

        var config = new JsonObject
        {
            ["tokenizer_class"] = "GPT2Tokenizer",
            ["add_bos_token"] = special.AddsBegin,
            ["add_prefix_space"] = false,
            ["bos_token"] = special.Begin,
            ["eos_token"] = special.End,
            ["pad_token"] = special.Pad,
            ["unk_token"] = special.End, // never needed, since every byte is a token; transformers would otherwise add its own
            ["padding_side"] = "left",
            ["added_tokens_decoder"] =
                new JsonObject(special.Tokens.Select((token, id) => KeyValuePair.Create<string, JsonNode?>($"{id}", new JsonObject
                {
                    ["content"] = token,
                    ["lstrip"] = false,
                    ["normalized"] = false,
                    ["rstrip"] = false,
                    ["single_word"] = false,
                    ["special"] = true,
                }))),
        };
        AtomicFile.WriteText(Path.Combine(folder, "tokenizer_config.json"), config.ToJsonString(Readable) + "\n");
    }
}
