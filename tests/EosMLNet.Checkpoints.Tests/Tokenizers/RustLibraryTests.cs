using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Rust = Tokenizers.DotNet.Tokenizer;

namespace EosMLNet.Tests.Tokenizers;

/// <summary>Against Hugging Face's Rust library itself, for files and texts that nothing was recorded for.</summary>
public sealed class RustLibraryTests : IDisposable
{
    private const string Spaces = """{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true}""";
    private const string OldSpaces = """{"type":"Metaspace","replacement":"▁","add_prefix_space":true}""";
    private const string Fallback = """{"type":"Sequence","decoders":[{"type":"ByteFallback"},""" + Spaces + "]}";
    private const string Strip = """
        {"type":"Sequence","decoders":[{"type":"Strip","content":"▁","start":2,"stop":0},{"type":"Fuse"}]}
        """;

    private const string BothEnds = """
        {"type":"Sequence","processors":[
          {"type":"ByteLevel","add_prefix_space":true,"trim_offsets":false,"use_regex":true},
          {"type":"TemplateProcessing",
           "single":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}},
                     {"SpecialToken":{"id":"</s>","type_id":0}}],
           "pair":[{"Sequence":{"id":"A","type_id":0}},{"Sequence":{"id":"B","type_id":0}}],
           "special_tokens":{"<s>":{"id":"<s>","ids":[1],"tokens":["<s>"]},"</s>":{"id":"</s>","ids":[2],"tokens":["</s>"]}}}]}
        """;

    // Letters, digits and spaces of many kinds, marks that are composed, characters beyond 16 bits, and what the vocabularies have.
    private static readonly string[] Parts =
    [
        " ", "  ", "\n", "\r\n", "\t", "\u00a0", "\u3000", "a", "the", "What", "image", "x", "'s", "'RE", "1", "23", "½", "²", "४",
        ".", ",", "!?", "▁", "Ġ", "xx", "Ω", "\u2126", "e\u0301", "\u0301", "a\u0323\u0302", "\u1112\u1161\u11ab", "\u1112", "한",
        "\u212b", "\uf900", "\u0958", "é", "图片", "里有", "😀", "👩\u200d👧", "𝐀𝐛", "𠀀", "\U0001d15e", "\U0001d7d8", "\ufb01", "ſ",
        "İ", "\u0344", "_", "-", "<s>", "</s>", "<image>", "<|im_start|>", "<|im_end|>", "<tool_call>", "<extra>", "<strip>",
        "<|fim_prefix|>", "<word>", "wörd", "<0x41>", "Hello", "world", "\u0915\u093c", "ﷺ", "\ufffd", "\u0000", "\u2028",
        "z\u0335\u0327\u0301",
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, string> Files() => new()
    {
        { "the recorded Qwen", TokenizerFiles.With(TokenizerFiles.Bpe) },
        { "the recorded legacy Llama", TokenizerFiles.With(TokenizerFiles.Legacy) },
        { "the recorded Llama", TokenizerFiles.With(TokenizerFiles.Metaspace) },
        { "GPT-2's words", TokenizerFiles.With(TokenizerFiles.Bpe, ("normalizer", "null"), ("pre_tokenizer", Bytes(space: true))) },
        { "digits", TokenizerFiles.With(TokenizerFiles.Bpe, ("pre_tokenizer", Sequence(Digits("true"), Bytes(space: false)))) },
        { "runs of digits", TokenizerFiles.With(TokenizerFiles.Bpe, ("pre_tokenizer", Sequence(Digits("false"), Bytes(space: true)))) },
        { "Metaspace always", TokenizerFiles.With(TokenizerFiles.Metaspace, ("pre_tokenizer", Spaces), ("decoder", Fallback)) },
        { "Metaspace never", TokenizerFiles.With(TokenizerFiles.Metaspace, ("pre_tokenizer", Spaces.Replace("always", "never"))) },
        { "older Metaspace", TokenizerFiles.With(TokenizerFiles.Metaspace, ("pre_tokenizer", OldSpaces), ("decoder", OldSpaces)) },
        { "no decoder", TokenizerFiles.With(TokenizerFiles.Bpe, ("decoder", "null")) },
        { "stripping at both ends", TokenizerFiles.With(TokenizerFiles.Legacy, ("decoder", Strip)) },
        { "a token at both ends", TokenizerFiles.With(TokenizerFiles.Legacy, ("post_processor", BothEnds)) },
        { "added tokens of each kind", Added(TokenizerFiles.Bpe, 533) },
        { "added tokens of each kind in the legacy Llama", Added(TokenizerFiles.Legacy, 597) },
        { "added tokens of each kind in the Llama", Added(TokenizerFiles.Metaspace, 597) },
        { "merges as pairs", MergesAsPairs() },
        { "whole words", Replaced(TokenizerFiles.Bpe, "byte_fallback\":false", "byte_fallback\":false,\"ignore_merges\":true") },
        { "unknown tokens one by one", Replaced(TokenizerFiles.Metaspace, "fuse_unk\":true,\"byte_fallback\":true", "fuse_unk\":false") },
        { "unknown tokens in runs", Replaced(TokenizerFiles.Metaspace, "byte_fallback\":true", "byte_fallback\":false") },
        { "Unigram", Unigram(bytes: false) },
        { "Unigram with bytes", Unigram(bytes: true) },
    };

    public static TheoryData<string, bool> Behaviors()
    {
        var data = new TheoryData<string, bool>();
        foreach (var behavior in Enum.GetNames<SplitBehavior>())
        {
            data.Add(behavior, false);
            data.Add(behavior, true);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Ids_and_texts_agree(string name, string json)
    {
        Assert.NotEmpty(name);
        Compare(json, 300);
    }

    [Theory]
    [MemberData(nameof(Behaviors))]
    public void Splits_agree(string behavior, bool invert)
    {
        string Split(string pattern, string spaces) => Sequence(
            $$"""{"type":"Split","pattern":{{pattern}},"behavior":"{{behavior}}","invert":{{(invert ? "true" : "false")}}}""", spaces);
        var words = Split("""{"Regex":"\\p{L}+|\\p{N}"}""", Spaces);
        var blanks = Split("""{"String":" "}""", Spaces.Replace("always", "first"));
        Compare(TokenizerFiles.With(TokenizerFiles.Metaspace, ("pre_tokenizer", words)), 150);
        Compare(TokenizerFiles.With(TokenizerFiles.Metaspace, ("pre_tokenizer", blanks)), 150);
    }

    private void Compare(string json, int texts)
    {
        var path = _folder.Write("tokenizer.json", json);
        using var rust = new Rust(path);
        var ours = TokenizerFiles.Read(path);
        var text = Gen.Elements(Parts).ListOf().Select(string.Concat);
        Prop.ForAll(Arb.From(text), sample =>
        {
            int[] expected = [.. rust.Encode(sample).Select(id => (int)id)];
            int[] actual = [.. ours.Ends.Before, .. ours.Encode(sample), .. ours.Ends.After];
            Assert.Equal(expected, actual);
            Assert.Equal(rust.Decode([.. expected.Select(id => (uint)id)]), ours.Decode(actual, withSpecial: false));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(texts).WithReplay(2026, 1));
    }

    private static string Added(string set, int id)
    {
        string[] tokens =
        [
            TokenizerFiles.Added(id, "<strip>", "special lstrip rstrip"), TokenizerFiles.Added(id + 1, "<extra>", "normalized"),
            TokenizerFiles.Added(id + 2, "xx", "single_word"), TokenizerFiles.Added(id + 3, "Ω", "normalized lstrip"),
            TokenizerFiles.Added(id + 4, "<word>", "special single_word rstrip"), TokenizerFiles.Added(id + 5, "the image", ""),
            TokenizerFiles.Added(id + 6, "\n", "special"),
        ];
        var before = JsonNode.Parse(TokenizerFiles.With(set))!["added_tokens"]!.ToJsonString()[1..^1];
        return TokenizerFiles.With(set, ("added_tokens", $"[{before},{string.Join(',', tokens)}]"));
    }

    private static string MergesAsPairs()
    {
        var whole = JsonNode.Parse(TokenizerFiles.With(TokenizerFiles.Bpe))!;
        var merges = whole["model"]!["merges"]!.AsArray().Select(merge => merge!.GetValue<string>().Split(' '));
        whole["model"]!["merges"] = new JsonArray([.. merges.Select(pair => new JsonArray(pair[0], pair[1]))]);
        return whole.ToJsonString();
    }

    private static string Replaced(string set, string part, string by)
    {
        var json = TokenizerFiles.With(set);
        Assert.Contains(part, json);
        return json.Replace(part, by);
    }

    private static string Bytes(bool space) =>
        $$"""{"type":"ByteLevel","add_prefix_space":{{(space ? "true" : "false")}},"trim_offsets":true,"use_regex":true}""";

    private static string Digits(string individual) => $$"""{"type":"Digits","individual_digits":{{individual}}}""";

    private static string Sequence(string first, string second) => $$"""{"type":"Sequence","pretokenizers":[{{first}},{{second}}]}""";

    private static string Unigram(bool bytes)
    {
        (string Text, double Score)[] pieces =
        [
            ("<unk>", 0), ("<s>", 0), ("</s>", 0), .. Enumerable.Range(0, bytes ? 256 : 0).Select(i => ($"<0x{i:X2}>", -20 - i / 64.0)),
            ("▁", -3.5), ("▁the", -4.25), ("t", -6), ("he", -5.5), ("h", -6.5), ("e", -6.125), ("▁What", -7), ("W", -9), ("at", -6), ("a", -5),
            ("▁image", -7.5), ("im", -8), ("age", -8.5), ("i", -7.25), ("g", -7.75), ("Hello", -8), ("▁Hello", -8.5), ("H", -9), ("l", -6),
            ("ll", -7), ("o", -6), ("1", -7), ("图", -9), ("图片", -10), ("😀", -11), ("é", -9),
        ];
        var model = new JsonObject
        {
            ["type"] = "Unigram",
            ["unk_id"] = 0,
            ["byte_fallback"] = bytes,
            ["vocab"] = new JsonArray([.. pieces.Select(piece => new JsonArray(piece.Text, piece.Score))]),
        };
        return TokenizerFiles.With(TokenizerFiles.Metaspace, ("pre_tokenizer", Spaces), ("decoder", Fallback), ("post_processor", "null"),
            ("added_tokens", "[]"), ("model", model.ToJsonString()));
    }
}
