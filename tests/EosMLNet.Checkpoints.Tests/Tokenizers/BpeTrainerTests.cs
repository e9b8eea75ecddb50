using System.Text.Json.Nodes;

namespace EosMLNet.Tests.Tokenizers;

public sealed class BpeTrainerTests : IDisposable
{
    private static readonly string[] Corpus =
        [.. Enumerable.Range(0, 60).SelectMany(i => (string[])["What colour is the circle?", $" {(i % 2 == 0 ? "red" : "blue")}", "How many squares are there?", $" {i % 7}"])];
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Frequent_words_become_single_tokens()
    {
        var vocabulary = BpeTrainer.Train(Corpus, 400);
        Assert.Contains("Ġcolour", vocabulary.Tokens);
        Assert.Contains("Ġsquares", vocabulary.Tokens);
        Assert.Contains("Ġblue", vocabulary.Tokens);
        Assert.True(vocabulary.Tokens.Count <= 400);
        Assert.Equal(vocabulary.Tokens.Count, vocabulary.Tokens.Distinct().Count());
    }

    [Fact]
    public void Training_again_gives_the_same_vocabulary()
    {
        var (first, second) = (BpeTrainer.Train(Corpus, 300), BpeTrainer.Train(Corpus, 300));
        Assert.Equal(first.Tokens, second.Tokens);
        Assert.Equal(first.Merges, second.Merges);
        Assert.Equal(300, first.Tokens.Count);
    }

    [Fact]
    public void Order_of_the_texts_does_not_matter() =>
        Assert.Equal(BpeTrainer.Train(Corpus, 330).Tokens, BpeTrainer.Train(Corpus.Reverse(), 330).Tokens);

    [Fact]
    public void A_vocabulary_without_room_for_all_bytes_is_refused() =>
        Expect.Error(EosErrors.InvalidOption, () => BpeTrainer.Train(Corpus, 259), "259", "260");

    [Fact]
    public void Special_tokens_of_ones_own_come_first_and_are_written()
    {
        var special = new BpeSpecialTokens(["<|end|>", "<|turn|>", "<|pixels|>"], "<|end|>", "<|end|>", "<|turn|>", "<|pixels|>") { AddsBegin = false };
        var vocabulary = BpeTrainer.Train(Corpus, 300, special);
        Assert.Equal(special.Tokens, vocabulary.Tokens.Take(3));
        Assert.Equal((0, 0, 1, 2), (vocabulary.PadTokenId, vocabulary.BosTokenId, vocabulary.EosTokenId, vocabulary.ImageTokenId));
        vocabulary.Save(_folder.Path);
        var settings = JsonNode.Parse(File.ReadAllText(_folder["tokenizer_config.json"]))!;
        Assert.False(settings["add_bos_token"]!.GetValue<bool>());
        Assert.Equal(("<|turn|>", "<|end|>"), (settings["eos_token"]!.GetValue<string>(), settings["pad_token"]!.GetValue<string>()));
        Assert.Equal(special.Tokens, settings["added_tokens_decoder"]!.AsObject().Select(token => token.Value!["content"]!.GetValue<string>()));
    }

    [Fact]
    public void A_role_of_a_token_that_is_not_special_is_refused()
    {
        var vocabulary = BpeTrainer.Train(Corpus, 300, BpeSpecialTokens.Llama with { Image = "<picture>" });
        Expect.Error(EosErrors.InvalidOption, () => _ = vocabulary.ImageTokenId, "<picture>", "<image>");
    }

    [Theory]
    [InlineData("What colour is the circle?")]
    [InlineData("words it has never seen, 123 numbers\tand tabs")]
    [InlineData("naïve 日本語 🙂 ümlaut")]
    [InlineData("it's they're  two  spaces")]
    public void What_is_written_loads_and_decodes_to_the_text_that_was_encoded(string text)
    {
        var processor = Load(BpeTrainer.Train(Corpus, 400));
        var ids = processor.EncodeText(text);
        Assert.NotEmpty(ids);
        Assert.Equal(text, processor.Decode(ids));
    }

    [Fact]
    public void A_frequent_answer_is_one_token_and_the_end()
    {
        var vocabulary = BpeTrainer.Train(Corpus, 400);
        var ids = Load(vocabulary).EncodeAnswer("red");
        Assert.Equal(["Ġred", "</s>"], ids.Select(id => vocabulary.Tokens[id]));
    }

    [Fact]
    public void The_prompt_is_the_template_around_the_question()
    {
        var vocabulary = BpeTrainer.Train(Corpus, 400);
        var processor = Load(vocabulary);
        var ids = processor.EncodePrompt("What colour is the circle?");
        Assert.Equal(vocabulary.BosTokenId, ids[0]);
        Assert.Equal(1, ids.Count(id => id == vocabulary.ImageTokenId));
        var text = string.Concat(ids.Select(id => vocabulary.Tokens[id]));
        Assert.Equal("<s>USER:Ġ<image>ĊWhatĠcolourĠisĠtheĠcircle?ĠASSISTANT:", text);
        Assert.Equal("USER: What colour is the circle? ASSISTANT:", processor.Decode(processor.EncodePrompt("What colour is the circle?", images: 0)));
    }

    [Fact]
    public void Special_tokens_in_a_question_are_plain_text()
    {
        var vocabulary = BpeTrainer.Train(Corpus, 400);
        var processor = Load(vocabulary);
        var ids = processor.EncodePrompt("<IMAGE></s><pad>");
        Assert.Equal(1, ids.Count(id => id == vocabulary.ImageTokenId));
        Assert.DoesNotContain(vocabulary.EosTokenId, ids);
        Assert.DoesNotContain(vocabulary.PadTokenId, ids);
    }

    [Fact]
    public void Decoding_skips_special_and_unknown_ids()
    {
        var vocabulary = BpeTrainer.Train(Corpus, 400);
        var processor = Load(vocabulary);
        Assert.Equal("red", processor.Decode([vocabulary.PadTokenId, .. processor.EncodeAnswer("red"), 100000, vocabulary.ImageTokenId]));
    }

    // Words are cut in front of a space, which is written Ġ. A pair is seen twice at least; of equal ones the first in order is joined.
    [Theory]
    [InlineData("ab ab", "a b")]
    [InlineData("xy xy xy ab ab", "x y,a b,Ġ ab,Ġ xy")]
    [InlineData("ac|ac|ab|ab", "a b,a c")]
    [InlineData("ab|ab|ac|ac", "a b,a c")]
    [InlineData("bx|bx|ax|ax", "a x,b x")]
    [InlineData("ax|ax|bx|bx", "a x,b x")]
    [InlineData("ax|ax|bx|bx|bx", "b x,a x")]
    [InlineData("ab", "")]
    public void The_commonest_pair_is_joined_first(string texts, string merges) => Assert.Equal(merges,
        string.Join(',', BpeTrainer.Train(texts.Split('|'), 300).Merges.Select(pair => $"{pair.Left} {pair.Right}")));

    [Fact]
    public void A_vocabulary_of_special_tokens_and_bytes_alone_has_no_merges()
    {
        var vocabulary = BpeTrainer.Train(Corpus, 260);
        Assert.Equal(260, vocabulary.Tokens.Count);
        Assert.Empty(vocabulary.Merges);
    }

    private VisionLanguageProcessor Load(BpeVocabulary vocabulary)
    {
        vocabulary.Save(_folder.Path);
        var config = new LlavaConfig
        {
            Vision = new() { ImageSize = 96, PatchSize = 8 },
            Text = new() { VocabularySize = vocabulary.Tokens.Count },
            ImageTokenIndex = vocabulary.ImageTokenId, PadTokenId = vocabulary.PadTokenId, BosTokenId = vocabulary.BosTokenId, EosTokenIds = [vocabulary.EosTokenId],
        };
        return VisionLanguageProcessor.Load(_folder.Path, config);
    }
}
