using System.Text.Json;
using System.Text.RegularExpressions;

namespace EosMLNet.Tests.Tokenizers;

/// <summary>The two forms of Llama's tokenizer and their merges, against the ids that the Rust library gives for the same vocabulary (Golden/tokenizers).</summary>
public sealed class SpacePrefixTests : IDisposable
{
    private const string SpecialTokens = """
        "added_tokens_decoder":{"0":{"content":"<unk>"},"1":{"content":"<s>"},"2":{"content":"</s>"},"595":{"content":"<image>"},"596":{"content":"<pad>"}}
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, string, bool> Forms() => new()
    {
        { "llama-legacy", "{" + SpecialTokens + "}", false },
        { "llama-legacy", "{\"legacy\":null," + SpecialTokens + "}", false },
        { "llama-legacy", "{\"legacy\":true," + SpecialTokens + "}", false },
        { "llama-metaspace", "{\"legacy\":false," + SpecialTokens + "}", false },
        { "llama-metaspace", "{\"legacy\":false,\"add_prefix_space\":true," + SpecialTokens + "}", false },
        // The tokenizer.json is what transformers runs where it is there: LLaVA-1.5's own says Prepend beside legacy false.
        { "llama-legacy", "{\"legacy\":false}", true },
        { "llama-metaspace", "{\"legacy\":true}", true },
        { "llama-metaspace", "{}", true },
        // ... unless add_prefix_space makes transformers build it anew.
        { "llama-legacy", "{\"legacy\":true,\"add_prefix_space\":true}", true },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void Both_forms_give_the_ids_of_the_reference(string golden, string settings, bool withTokenizerJson)
    {
        Write(golden, settings, withTokenizerJson);
        var tokenizer = TextTokenizer.Load(_folder.Path, []);
        using var document = JsonDocument.Parse(File.ReadAllText(GoldenFiles.At("tokenizers", golden, "golden.json")));
        var cases = document.RootElement.GetProperty("cases").EnumerateArray().ToArray();
        Assert.Equal(41, cases.Length);
        Assert.All(cases, one =>
        {
            var text = one.GetProperty("text").GetString()!;
            Assert.Equal(one.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()), Ids(tokenizer, text));
        });
    }

    [Theory]
    [InlineData("llama-legacy", "{\"legacy\":true," + SpecialTokens + "}", new[] { 499, 595, 499, 13 })]
    [InlineData("llama-metaspace", "{\"legacy\":false," + SpecialTokens + "}", new[] { 499, 595, 13 })]
    public void The_prompt_is_the_references(string golden, string settings, int[] around)
    {
        Write(golden, settings, withTokenizerJson: false);
        var config = new LlavaConfig { Vision = new() { ImageSize = 14, PatchSize = 14 }, Text = new() { VocabularySize = 600 }, ImageTokenIndex = 595 };
        var ids = VisionLanguageProcessor.Load(_folder.Path, config).EncodePrompt("What is it?");
        Assert.Equal([1, 499, 88, 86, 556, 85, 537, .. around, 557, 506, 293, 278, 321, 539, 499, 68, 86, 86, 527, 86, 541, 68, 81, 541, 537], ids);
    }

    [Theory]
    [InlineData("{\"legacy\":false}", new[] { 350, 13 })]
    [InlineData("{\"legacy\":true}", new[] { 350, 259, 13 })]
    [InlineData("{}", new[] { 350, 259, 13 })]
    [InlineData("{\"legacy\":true,\"add_prefix_space\":false}", new[] { 350, 13 })]
    public void A_space_comes_behind_the_image_only_in_the_older_form(string settings, int[] expected)
    {
        _folder.Write("tokenizer_config.json", settings);
        File.WriteAllBytes(_folder["tokenizer.model"], SentencePieceBytes.Make("▁", "is"));
        var config = new LlavaConfig { Vision = new() { ImageSize = 28, PatchSize = 14 }, Text = new() { VocabularySize = 400 }, ImageTokenIndex = 350 };
        var processor = VisionLanguageProcessor.Load(_folder.Path, config, "<image>\n{question}");
        Assert.Equal([1, .. expected, 260], processor.EncodePrompt("is"));
        Assert.Equal([259, 260, 2], processor.EncodeAnswer("is"));
    }

    [Fact]
    public void An_unknown_form_is_named()
    {
        _folder.Write("tokenizer.json", """{"pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"Metaspace","prepend_scheme":"twice"}]}}""");
        File.WriteAllBytes(_folder["tokenizer.model"], SentencePieceBytes.Make("▁", "is"));
        Expect.Error(EosErrors.Tokenizer, () => TextTokenizer.Load(_folder.Path, []), "prepend_scheme", "twice");
    }

    [Fact]
    public void An_end_token_that_the_settings_ask_for_is_noted()
    {
        _folder.Write("tokenizer_config.json", """{"add_eos_token":true}""");
        File.WriteAllBytes(_folder["tokenizer.model"], SentencePieceBytes.Make("▁", "is"));
        var notes = new List<string>();
        TextTokenizer.Load(_folder.Path, notes);
        Assert.Contains("add_eos_token", Assert.Single(notes));
    }

    private static IEnumerable<int> Ids(TextTokenizer tokenizer, string text)
    {
        var special = string.Join('|', tokenizer.SpecialTokens.Keys.Select(Regex.Escape));
        var place = 0;
        foreach (var part in Regex.Split(text, $"({special})"))
        {
            foreach (var id in tokenizer.SpecialTokens.TryGetValue(part, out var known) ? [known] : tokenizer.EncodePart(part, isFirst: place == 0))
                yield return id;
            place += part.Length;
        }
    }

    // The vocabulary is in the order of Llama's: special tokens, bytes, merged pieces by rank, letters. Only its merges have to become scores.
    private void Write(string golden, string settings, bool withTokenizerJson)
    {
        var source = GoldenFiles.At("tokenizers", golden, "tokenizer.json");
        using var document = JsonDocument.Parse(File.ReadAllText(source));
        var pieces = document.RootElement.GetProperty("model").GetProperty("vocab").EnumerateObject().OrderBy(piece => piece.Value.GetInt32()).Select(piece => piece.Name);
        File.WriteAllBytes(_folder["tokenizer.model"], SentencePieceBytes.Make([.. pieces.Skip(SentencePieceBytes.FirstPiece)]));
        _folder.Write("tokenizer_config.json", settings);
        if (withTokenizerJson)
            File.Copy(source, _folder["tokenizer.json"]);
    }
}
