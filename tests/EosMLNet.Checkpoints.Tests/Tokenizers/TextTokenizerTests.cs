
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

    [Fact]
    public void A_whole_text_is_the_first_part() => Assert.Equal([263], Load(TokenizerFiles.Metaspace).Encode("a"));

    [Theory]
    [InlineData("tokenizer.model", true)]
    [InlineData("tokenizer.json", true)]
    [InlineData("vocab.json", true)]
    [InlineData("merges.txt", false)]
    [InlineData("config.json", false)]
    public void A_folder_has_a_tokenizer_where_it_has_a_file_of_one(string name, bool expected)
    {
        _folder.Write(name, "");
        Assert.Equal(expected, TextTokenizer.Exists(_folder.Path));
    }

    [Theory]
    [InlineData("{}", false)]
    [InlineData("""{"add_eos_token":false}""", false)]
    [InlineData("""{"add_eos_token":true}""", true)]
    public void An_end_token_is_noted_only_where_the_settings_ask_for_it(string settings, bool isNoted)
    {
        var file = _folder.Write("tokenizer_config.json", settings);
        Load(TokenizerFiles.Bpe);
        string[] expected = isNoted
            ? [$"'add_eos_token' of '{file}' is true, but no end token is put behind a prompt: an answer follows it."] : [];
        Assert.Equal(expected, _notes);
    }

    [Fact]
    public void The_note_on_an_end_token_of_the_template_is_a_whole_sentence()
    {
        const string template = """
            {"type":"TemplateProcessing","single":[{"Sequence":{"id":"A"}},{"SpecialToken":{"id":"x"}}],"special_tokens":{"x":{"ids":[2]}}}
            """;
        var file = _folder.Write("tokenizer.json", TokenizerFiles.With(TokenizerFiles.Legacy, ("post_processor", template)));
        TextTokenizer.Load(_folder.Path, _notes);
        Assert.Equal($"'post_processor' of '{file}' puts an end token behind a text, but none is put behind a prompt: " +
            "an answer follows it.", Assert.Single(_notes));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"tokenizer_class":"GPT2Tokenizer","add_prefix_space":false}""")]
    public void A_vocabulary_with_merges_is_a_tokenizer(string settings)
    {
        WriteVocabulary(settings);
        var tokenizer = TextTokenizer.Load(_folder.Path, _notes);
        Assert.Equal([3, 0], tokenizer.Encode("aba"));
        Assert.Equal("aba", tokenizer.Decode([3, 0]));
    }

    [Theory]
    [InlineData("""{"tokenizer_class":"Qwen2Tokenizer"}""", "tokenizer_class", "'Qwen2Tokenizer'",
        "a tokenizer.json beside it, which says how that class splits words; copy it too")]
    [InlineData("""{"add_prefix_space":true}""", "add_prefix_space", "true",
        "false: a tokenizer of vocab.json puts no space before a text here")]
    public void Settings_that_a_vocabulary_cannot_follow_are_named(string settings, string field, string found, string expected)
    {
        WriteVocabulary(settings);
        Expect.Error(EosErrors.Tokenizer, () => TextTokenizer.Load(_folder.Path, _notes),
            $"'{field}' of '{_folder["tokenizer_config.json"]}' is {found}, expected {expected}.");
    }

    [Theory]
    [InlineData("vocab.json", """{"a":0}""")]
    [InlineData("merges.txt", "")]
    [InlineData("tokenizer.json", "{}")]
    public void A_folder_that_lacks_a_file_of_its_tokenizer_is_refused(string name, string content)
    {
        _folder.Write(name, content);
        Expect.Error(EosErrors.Tokenizer, () => TextTokenizer.Load(_folder.Path, _notes), $"EOS1014: '{_folder.Path}' has no " +
            "tokenizer.model, no tokenizer.json with a model, and no vocab.json with merges.txt; copy the tokenizer's files into it.");
    }

    [Fact]
    public void A_file_that_is_too_large_is_not_read()
    {
        using (var file = File.Create(_folder["tokenizer.model"]))
            file.SetLength((64 << 20) + 1);
        Expect.Error(EosErrors.Tokenizer, () => TextTokenizer.Load(_folder.Path, _notes), $"EOS1014: '{_folder["tokenizer.model"]}' has " +
            "67108865 bytes, more than the 67108864 that a tokenizer may have.");
    }

    [Fact]
    public void An_added_token_without_an_id_is_refused()
    {
        WriteVocabulary("{}");
        var file = _folder.Write("added_tokens.json", """{"<x>":null}""");
        Expect.Error(EosErrors.Tokenizer, () => TextTokenizer.Load(_folder.Path, _notes),
            $"'{file}' gives the special token '<x>' the id -1; expected a text and an id from 0 up.");
    }

    // Ids 0 to 2 are the unknown, the first and the last token, which no file beside the model names.
    [Fact]
    public void The_ends_of_a_sentence_are_left_out_of_a_text()
    {
        File.WriteAllBytes(_folder["tokenizer.model"], SentencePieceBytes.Make("▁", "is"));
        Assert.Equal("is", TextTokenizer.Load(_folder.Path, _notes).Decode([1, 259, 260, 0, 2]));
    }

    // Behind the model: a piece of the user, 1 { 1: "<x>", 3: 4 }. Such a model is not encoded here but by the library.
    [Fact]
    public void A_model_with_pieces_of_the_user_puts_no_token_at_the_ends_of_a_text()
    {
        byte[] piece = [1 << 3 | 2, 7, 1 << 3 | 2, 3, (byte)'<', (byte)'x', (byte)'>', 3 << 3, 4];
        File.WriteAllBytes(_folder["tokenizer.model"], [.. SentencePieceBytes.Make("▁", "is"), .. piece]);
        Assert.Equal([259, 260], TextTokenizer.Load(_folder.Path, _notes).Encode("is"));
    }

    private void WriteVocabulary(string settings)
    {
        _folder.Write("vocab.json", """{"a":0,"b":1,"Ġ":2,"ab":3}""");
        _folder.Write("merges.txt", "#version: 0.2\na b\n");
        _folder.Write("tokenizer_config.json", settings);
    }

    private TextTokenizer Load(string set)
    {
        File.Copy(TokenizerFiles.Golden(set), _folder["tokenizer.json"]);
        return TextTokenizer.Load(_folder.Path, _notes);
    }
}
