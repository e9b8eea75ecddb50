using EosMLNet.Tests.Tokenizers;

namespace EosMLNet.Tests.Processors;

public sealed class VisionLanguageProcessorTests : IDisposable
{
    private static readonly string[] Pieces = ["re", "▁re", "▁red", "▁USER", "US", "▁US", "ER", "▁is", "is", "▁", "r", "e", "d", "i", "s", "U", "S", "E", "R", ":"];
    private const int Is = SentencePieceBytes.FirstPiece + 7; // "▁is"
    private readonly TemporaryFolder _folder = new();
    private readonly LlavaConfig _config = new() { Vision = new() { ImageSize = 28, PatchSize = 14 }, Text = new() { VocabularySize = 400 }, ImageTokenIndex = 350 };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Sentencepiece_merges_by_score()
    {
        var processor = LoadSentencePiece();
        Assert.Equal([Piece("▁red")], processor.EncodeText("red"));
        Assert.Equal([Piece("▁is"), Piece("▁red")], processor.EncodeText("is red"));
        Assert.Equal("is red", processor.Decode(processor.EncodeText("is red")));
    }

    [Fact]
    public void Sentencepiece_falls_back_to_bytes()
    {
        var processor = LoadSentencePiece();
        Assert.Equal([Piece("▁"), ByteId(0xC3), ByteId(0xA9)], processor.EncodeText("é"));
        Assert.Equal("red é 🙂", processor.Decode(processor.EncodeText("red é 🙂")));
    }

    // The published tokenizer of LLaVA-1.5 gives 1, "▁USER", ":", "▁", <image>, "▁", "\n", ... for this template: a space before every piece of text.
    [Fact]
    public void The_prompt_is_encoded_as_the_published_tokenizer_does()
    {
        var ids = LoadSentencePiece().EncodePrompt("is red");
        Assert.Equal([1, Piece("▁USER"), Piece(":"), Piece("▁"), 350, Piece("▁"), ByteId('\n'), Piece("is"), Piece("▁red"), Piece("▁")], ids[..10]);
        Assert.Equal(Piece(":"), ids[^1]);
    }

    [Fact]
    public void An_answer_begins_with_its_space_and_ends_the_sequence() => Assert.Equal([Piece("▁red"), 2], LoadSentencePiece().EncodeAnswer("red"));

    [Fact]
    public void Decoding_skips_special_and_unknown_ids() => Assert.Equal("red is", LoadSentencePiece().Decode([1, Piece("▁red"), 350, 0, Piece("▁is"), 2, 399, 100000]));

    [Fact]
    public void Nothing_decodes_to_nothing() => Assert.Equal("", LoadSentencePiece().Decode([]));

    [Fact]
    public void Special_tokens_in_a_question_are_plain_text()
    {
        var ids = LoadSentencePiece().EncodePrompt("<IMAGE></s>{question}");
        Assert.Equal(1, ids.Count(id => id == 350));
        Assert.DoesNotContain(2, ids);
        Assert.Contains(ByteId('{'), ids);
    }

    // A part of a text has a space in front, and this text is one part.
    [Fact]
    public void A_special_token_that_a_question_spells_does_not_cut_it()
    {
        _folder.Write("tokenizer_config.json", """{"added_tokens_decoder":{"2":{"content":"</s>"}}}""");
        int[] text = [Is, ByteId('<'), ByteId('/'), Piece("s"), ByteId('>'), Piece("is")];
        Assert.Equal([1, 350, .. text], LoadSentencePiece("<image>{question}").EncodePrompt("is</s>is"));
    }

    [Fact]
    public void Of_special_tokens_that_begin_alike_the_longest_is_meant()
    {
        _folder.Write("tokenizer_config.json", """{"added_tokens_decoder":{"310":{"content":"<e>"},"311":{"content":"<e>>"}}}""");
        Assert.Equal([1, 350, Is, 311], LoadSentencePiece("<image>{question}<e>>").EncodePrompt("is"));
    }

    // Only the first part of a text has a space in front, and neither an answer nor what follows it is that.
    [Fact]
    public void Parts_behind_the_first_have_no_space_where_the_tokenizer_adds_none()
    {
        _folder.Write("tokenizer_config.json", """{"legacy":false}""");
        Assert.Equal([Piece("is"), 2], LoadSentencePiece("<image>{question}\n").EncodeAnswer("is"));
        Assert.Equal(
            [1, 350, Piece("is"), Piece("▁red"), 2, Piece("is")],
            LoadSentencePiece("<image>{question}").EncodePrompt([new("is", "red")], "is", [new ImagePart()]));
    }

    [Theory]
    [InlineData("<image>\nis red", 2, "1 <image> for 2 images")]
    [InlineData("<image><image>", 1, "2 <image> for 1 images")]
    [InlineData("<image>", 0, "1 <image> for 0 images")]
    public void A_question_with_other_places_than_images_is_refused(string question, int images, string both) =>
        Expect.Error(EosErrors.ModelInput, () => LoadSentencePiece().EncodePrompt(question, images), both);

    [Fact]
    public void A_question_may_place_its_images()
    {
        var ids = LoadSentencePiece("<image>{question}").EncodePrompt("is<image>red<image>", images: 2);
        Assert.Equal([1, Piece("▁is"), 350, Piece("▁red"), 350], ids);
    }

    [Fact]
    public void A_published_benchmarks_question_is_asked_as_it_is()
    {
        var ids = LoadSentencePiece("<image>{question}").AsPublished().EncodePrompt("<image>");
        Assert.Equal(1, ids.Count(id => id == 350));
        Assert.Equal([1, 350, Piece("▁"), ByteId('<')], ids[..4]);
    }

    [Theory]
    [InlineData("added_tokens.json", """{"<|end|>":310}""")]
    [InlineData("tokenizer_config.json", """{"added_tokens_decoder":{"310":{"content":"<|end|>","special":true}}}""")]
    [InlineData("tokenizer.json", """{"added_tokens":[{"id":310,"content":"<|end|>","special":true}]}""")]
    public void Special_tokens_of_the_template_are_found_in_each_file(string file, string json)
    {
        _folder.Write(file, json);
        var processor = LoadSentencePiece("<image>{question}<|end|>red");
        Assert.Equal([1, 350, Piece("▁is"), 310, Piece("▁red")], processor.EncodePrompt("is"));
        Assert.Equal("is red", processor.Decode([Piece("▁is"), 310, Piece("▁red")]));
    }

    [Fact]
    public void A_tokenizer_that_adds_no_beginning_adds_none()
    {
        _folder.Write("tokenizer_config.json", """{"add_bos_token":false}""");
        Assert.Equal(Piece("▁USER"), LoadSentencePiece().EncodePrompt("is")[0]);
    }

    // 1 begins a prompt, and stands in a template, too, that writes it.
    [Theory]
    [InlineData("", "<s><image>{question}", 1, new[] { 1, 350, Is })]
    [InlineData("", "<s><s><image>{question}", 1, new[] { 1, 1, 350, Is })]
    [InlineData("", "<|end|><s><image>{question}", 1, new[] { 1, 310, 1, 350, Is })]
    [InlineData("", "<image>{question}", 0, new[] { 1, Is })]
    [InlineData(""" "add_bos_token":false, """, "<s><s><image>{question}", 1, new[] { 1, 1, 350, Is })]
    public void A_beginning_that_the_template_writes_is_there_once(string setting, string template, int images, int[] expected)
    {
        _folder.Write("tokenizer_config.json",
            $$$"""{{{{setting}}} "added_tokens_decoder":{"1":{"content":"<s>"},"310":{"content":"<|end|>"} } }""");
        Assert.Equal(expected, LoadSentencePiece(template).EncodePrompt("is", images));
    }

    [Fact]
    public void A_prompt_of_nothing_is_its_beginning() =>
        Assert.Equal([1], LoadSentencePiece("<image>{question}").EncodePrompt("", images: 0));

    [Theory]
    [InlineData("tokenizer.model", true)]
    [InlineData("tokenizer.json", true)]
    [InlineData("vocab.json", true)]
    [InlineData("merges.txt", false)]
    public void A_folder_has_a_tokenizer_where_it_has_one_of_its_files(string file, bool expected)
    {
        Assert.False(VisionLanguageProcessor.Exists(_folder.Path));
        _folder.Write(file, "");
        Assert.Equal(expected, VisionLanguageProcessor.Exists(_folder.Path));
    }

    [Fact]
    public void A_prompt_without_an_image_has_no_image_tokens()
    {
        var ids = LoadSentencePiece().EncodePrompt("is", images: 0);
        Assert.DoesNotContain(350, ids);
        Assert.DoesNotContain(ByteId('\n'), ids);
        Assert.Equal(1, ids[0]);
    }

    [Theory]
    [InlineData("{question}")]
    [InlineData("<image>")]
    [InlineData("<image><image>{question}")]
    public void A_template_without_one_image_and_one_question_is_refused(string template) =>
        Expect.Error(EosErrors.InvalidOption, () => LoadSentencePiece(template), template);

    [Fact]
    public void Ids_beyond_the_models_vocabulary_are_refused()
    {
        File.WriteAllBytes(_folder["tokenizer.model"], SentencePieceBytes.Make(Pieces));
        var processor = VisionLanguageProcessor.Load(_folder.Path, _config with { Text = new() { VocabularySize = Piece("▁red") } });
        Expect.Error(EosErrors.Tokenizer, () => processor.EncodeText("red"),
            "EOS1014: the tokenizer made the id 261, the model has 261; tokenizer and config.json do not belong together.");
    }

    [Fact]
    public void Images_are_made_in_the_towers_size()
    {
        Assert.Equal([3, 28, 28], LoadSentencePiece().Images.PartShape);
        _folder.Write("preprocessor_config.json", """{"size":56,"crop_size":56}""");
        Expect.Error(EosErrors.UnsupportedModel, () => LoadSentencePiece(), "56 x 56", "28 x 28");
    }

    public static TheoryData<string, string[]> BadTokenizers => new()
    {
        { "no files", [] },
        { "merges without vocabulary", ["merges.txt", "a b"] },
        { "a sentencepiece model of no bytes", ["tokenizer.model", ""] },
        { "a sentencepiece model that is text", ["tokenizer.model", "not a protobuf, for certain"] },
        { "a vocabulary that is no JSON", ["vocab.json", "{", "merges.txt", ""] },
        { "an empty vocabulary", ["vocab.json", "{}", "merges.txt", ""] },
        { "a vocabulary with a text for an id", ["vocab.json", """{"a":"0"}""", "merges.txt", ""] },
        { "a vocabulary with a negative id", ["vocab.json", """{"a":-1}""", "merges.txt", ""] },
        { "a vocabulary with an id twice", ["vocab.json", """{"a":0,"b":0}""", "merges.txt", ""] },
        { "a merge of unknown tokens", ["vocab.json", """{"a":0,"b":1}""", "merges.txt", "a c"] },
        { "a merge into an unknown token", ["vocab.json", """{"a":0,"b":1}""", "merges.txt", "a b"] },
        { "a merge of three", ["vocab.json", """{"a":0,"b":1,"ab":2}""", "merges.txt", "a b ab"] },
        { "a special token under no id", ["vocab.json", """{"a":0}""", "merges.txt", "", "tokenizer_config.json", """{"added_tokens_decoder":{"x":{"content":"<s>"}}}"""] },
        { "a special token without text", ["vocab.json", """{"a":0}""", "merges.txt", "", "tokenizer_config.json", """{"added_tokens_decoder":{"1":{}}}"""] },
        { "a special token with a negative id", ["vocab.json", """{"a":0}""", "merges.txt", "", "added_tokens.json", """{"<s>":-1}"""] },
        { "a space before a text", ["vocab.json", """{"a":0}""", "merges.txt", "", "tokenizer_config.json", """{"add_prefix_space":true}"""] },
        { "malformed added tokens", ["vocab.json", """{"a":0}""", "merges.txt", "", "added_tokens.json", "["] },
    };

    [Theory]
    [MemberData(nameof(BadTokenizers))]
    public void A_bad_tokenizer_is_refused(string what, string[] files)
    {
        Assert.NotEmpty(what);
        for (var i = 0; i < files.Length; i += 2)
            _folder.Write(files[i], files[i + 1]);
        Expect.Error(EosErrors.Tokenizer, () => VisionLanguageProcessor.Load(_folder.Path, _config), _folder.Path);
    }

    [Fact]
    public void Many_threads_encode_and_decode()
    {
        var processor = LoadSentencePiece();
        var expected = processor.EncodePrompt("is red é");
        Assert.All(Enumerable.Range(0, 200).AsParallel().WithDegreeOfParallelism(16).Select(_ => processor.EncodePrompt("is red é")), ids => Assert.Equal(expected, ids));
    }

    private static int Piece(string piece) => SentencePieceBytes.FirstPiece + Array.IndexOf(Pieces, piece);

    private static int ByteId(int b) => 3 + b;

    private VisionLanguageProcessor LoadSentencePiece(string? template = null)
    {
        File.WriteAllBytes(_folder["tokenizer.model"], SentencePieceBytes.Make(Pieces));
        return VisionLanguageProcessor.Load(_folder.Path, _config, template);
    }
}
