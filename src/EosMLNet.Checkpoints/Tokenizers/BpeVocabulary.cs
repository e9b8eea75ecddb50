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
    /// <summary>The special tokens; their ids are 0 to 3.</summary>
    internal static readonly string[] SpecialTokens = ["<pad>", "<s>", "</s>", "<image>"];
    private static readonly JsonSerializerOptions Readable =
        new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal BpeVocabulary(IReadOnlyList<string> tokens, IReadOnlyList<(string Left, string Right)> merges) =>
        (Tokens, Merges) = (tokens, merges);

    /// <summary>The tokens by id: four special ones, the 256 bytes, then what the merges make; spaces are written Ġ.</summary>
    public IReadOnlyList<string> Tokens { get; }

    /// <summary>The pairs of tokens that are joined, most urgent first.</summary>
    public IReadOnlyList<(string Left, string Right)> Merges { get; }

    /// <summary>The id of <c>&lt;pad&gt;</c>.</summary>
    public int PadTokenId => 0;

    /// <summary>The id of <c>&lt;s&gt;</c>, which begins a prompt.</summary>
    public int BosTokenId => 1;

    /// <summary>The id of <c>&lt;/s&gt;</c>, which ends an answer.</summary>
    public int EosTokenId => 2;

    /// <summary>The id of <c>&lt;image&gt;</c>, which stands for one visual token.</summary>
    public int ImageTokenId => 3;

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
            ["add_bos_token"] = true,
            ["add_prefix_space"] = false,
            ["bos_token"] = "<s>",
            ["eos_token"] = "</s>",
            ["pad_token"] = "<pad>",
            ["unk_token"] = "</s>", // never needed, since every byte is a token; transformers would otherwise add its own
            ["padding_side"] = "left",
            ["added_tokens_decoder"] =
                new JsonObject(SpecialTokens.Select((token, id) => KeyValuePair.Create<string, JsonNode?>($"{id}", new JsonObject
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
