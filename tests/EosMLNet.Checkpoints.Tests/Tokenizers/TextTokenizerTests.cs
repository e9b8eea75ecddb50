
namespace EosMLNet.Tests.Tokenizers;

/// <summary>Folders with a tokenizer.json.</summary>
public sealed class TextTokenizerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _notes = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_with_nothing_but_tokenizer_json_has_a_tokenizer()
    {
        Assert.False(TextTokenizer.Exists(_folder.Path));
        var tokenizer = Load(TokenizerFiles.Bpe);
        Assert.True(TextTokenizer.Exists(_folder.Path));
        Assert.Equal(517, tokenizer.SpecialTokens["<|im_start|>"]);
        Assert.Equal([39, 68, 307, 78, 450], tokenizer.Encode("Hello world"));
        Assert.Equal("Hello world", tokenizer.Decode([517, 39, 68, 307, 78, 450, 518, 9999]));
        Assert.Empty(_notes);
    }

    // Qwen's published folders have all three files; vocab.json does not say how words are split.
    [Fact]
    public void Tokenizer_json_goes_before_vocab_json()
    {
        _folder.Write("vocab.json", """{"H":5}""");
        _folder.Write("merges.txt", "");
        Assert.Equal([39], Load(TokenizerFiles.Bpe).Encode("H"));
    }

    [Fact]
    public void A_tokenizer_model_goes_before_tokenizer_json()
    {
        File.WriteAllBytes(_folder["tokenizer.model"], SentencePieceBytes.Make("▁", "H"));
        Assert.Equal([SentencePieceBytes.FirstPiece, SentencePieceBytes.FirstPiece + 1], Load(TokenizerFiles.Bpe).Encode("H"));
    }

    // Behind the model: normalizer_spec { add_dummy_prefix: false }. 259 is the space, 260 "is".
    [Fact]
    public void A_tokenizer_model_that_puts_no_space_before_a_text_is_followed()
    {
        File.WriteAllBytes(_folder["tokenizer.model"], [.. SentencePieceBytes.Make("▁", "is"), 3 << 3 | 2, 2, 3 << 3, 0]);
        var tokenizer = TextTokenizer.Load(_folder.Path, _notes);
        Assert.Equal([260], tokenizer.Encode("is"));
        Assert.Equal([260], tokenizer.EncodePart("is", isFirst: false));
        Assert.Equal([259, 260], tokenizer.EncodeContinuation("is"));
    }

    [Fact]
    public void A_vocabulary_of_Qwen_without_tokenizer_json_is_refused()
    {
        _folder.Write("vocab.json", """{"a":0}""");
        _folder.Write("merges.txt", "");
        _folder.Write("tokenizer_config.json", """{"tokenizer_class":"Qwen2Tokenizer"}""");
        Expect.Error(EosErrors.Tokenizer, () => TextTokenizer.Load(_folder.Path, _notes), "tokenizer_class", "tokenizer.json");
    }

    [Theory]
    [InlineData(TokenizerFiles.Bpe, "{}", new int[0])]
    [InlineData(TokenizerFiles.Bpe, """{"add_bos_token":true}""", new[] { 77 })]
    [InlineData(TokenizerFiles.Legacy, "{}", new[] { 1 })]
    [InlineData(TokenizerFiles.Legacy, """{"add_bos_token":true}""", new[] { 1 })]
    [InlineData(TokenizerFiles.Legacy, """{"add_bos_token":false}""", new int[0])]
    public void A_prompt_begins_as_the_template_says_unless_the_settings_say_otherwise(string set, string settings, int[] expected)
    {
        _folder.Write("tokenizer_config.json", settings);
        Assert.Equal(expected, Load(set).Begin(77));
    }

    // 263 is "▁a", 499 "▁", 503 "a".
    [Theory]
    [InlineData(TokenizerFiles.Legacy, new[] { 263 }, new[] { 263 }, new[] { 263 })]
    [InlineData(TokenizerFiles.Metaspace, new[] { 263 }, new[] { 503 }, new[] { 263 })]
    [InlineData(TokenizerFiles.Bpe, new[] { 64 }, new[] { 64 }, new[] { 259 })]
    public void Parts_have_the_space_before_them_that_the_form_asks_for(string set, int[] first, int[] later, int[] continued)
    {
        var tokenizer = Load(set);
        Assert.Equal(first, tokenizer.EncodePart("a", isFirst: true));
        Assert.Equal(later, tokenizer.EncodePart("a", isFirst: false));
        Assert.Equal(continued, tokenizer.EncodeContinuation("a"));
        Assert.Empty(tokenizer.EncodePart("", isFirst: true));
    }

    [Fact]
    public void An_end_token_of_the_template_is_noted()
    {
        const string template = """
            {"type":"TemplateProcessing","single":[{"Sequence":{"id":"A"}},{"SpecialToken":{"id":"</s>"}}],"special_tokens":{"</s>":{"ids":[2]}}}
            """;
        _folder.Write("tokenizer.json", TokenizerFiles.With(TokenizerFiles.Legacy, ("post_processor", template)));
        Assert.Empty(TextTokenizer.Load(_folder.Path, _notes).Begin(1));
        Assert.Contains("post_processor", Assert.Single(_notes));
    }

    [Fact]
    public void Special_tokens_tell_whether_they_take_spaces_with_them()
    {
        var token = TokenizerFiles.Added(600, "<image>", "special lstrip");
        _folder.Write("tokenizer.json", TokenizerFiles.With(TokenizerFiles.Bpe, ("added_tokens", $"[{token}]")));
        var tokenizer = TextTokenizer.Load(_folder.Path, _notes);
        Assert.Equal((true, false), tokenizer.Strips("<image>"));
        Assert.Equal((false, false), tokenizer.Strips("<s>"));
    }

    private TextTokenizer Load(string set)
    {
        File.Copy(TokenizerFiles.Golden(set), _folder["tokenizer.json"]);
        return TextTokenizer.Load(_folder.Path, _notes);
    }
}
