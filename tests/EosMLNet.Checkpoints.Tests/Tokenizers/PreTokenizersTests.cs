namespace EosMLNet.Tests.Tokenizers;

public sealed class PreTokenizersTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    // What is omitted is as in the Rust library: digits in runs, a space in front and words for bytes, matches and not what is between.
    [Theory]
    [InlineData("""{"type":"Digits"}""", "a12b3", "a|12|b|3")]
    [InlineData("""{"type":"Digits","individual_digits":false}""", "a12b3", "a|12|b|3")]
    [InlineData("""{"type":"Digits","individual_digits":true}""", "a12b3", "a|1|2|b|3")]
    [InlineData("""{"type":"ByteLevel"}""", "a b", "Ġa|Ġb")]
    [InlineData("""{"type":"ByteLevel"}""", " a", "Ġa")]
    [InlineData("""{"type":"ByteLevel","add_prefix_space":false}""", "a b", "a|Ġb")]
    [InlineData("""{"type":"ByteLevel","use_regex":false}""", "a b", "ĠaĠb")]
    [InlineData("""{"type":"Split","pattern":{"String":"-"},"behavior":"Removed"}""", "a-b", "a|b")]
    [InlineData("""{"type":"Split","pattern":{"String":"-"},"behavior":"Removed","invert":true}""", "a-b", "-")]
    [InlineData("""{"type":"Split","pattern":{"Regex":"^a"},"behavior":"Isolated"}""", "ac\nab", "a|c\n|a|b")]
    [InlineData("""{"type":"Split","pattern":{"Regex":"x*"},"behavior":"Isolated"}""", "axb", "a|x|b")]
    [InlineData("""{"type":"Split","pattern":{"Regex":"x*"},"behavior":"MergedWithPrevious"}""", "axb", "ax|b")]
    [InlineData("""{"type":"Metaspace","replacement":"_"}""", "a b", "_a|_b")]
    [InlineData("""{"type":"Metaspace","replacement":"_","split":false}""", "a b", "_a_b")]
    public void A_text_is_cut_into_words(string json, string text, string expected) => Assert.Equal(expected.Split('|'), Split(json, text));

    [Theory]
    [InlineData("Twice", "'Twice'")]
    [InlineData("7", "'7'")]
    public void A_behaviour_that_is_not_known_is_named_with_those_that_are(string behavior, string found) =>
        Expect.Error(EosErrors.UnsupportedModel,
            () => Split($$"""{"type":"Split","pattern":{"String":"-"},"behavior":"{{behavior}}"}""", ""),
            $"'pre_tokenizer.behavior' of '{folder["a.json"]}' is {found}, expected one of Isolated, Removed, MergedWithPrevious, " +
            "MergedWithNext, Contiguous.");

    [Fact]
    public void An_expression_that_NET_does_not_know_is_named() => Expect.Error(EosErrors.UnsupportedModel,
        () => Split("""{"type":"Split","pattern":{"Regex":"("},"behavior":"Isolated"}""", ""),
        $"'pre_tokenizer.pattern.Regex' of '{folder["a.json"]}' is '(', expected an expression that .NET knows (");

    [Fact]
    public void A_mark_for_spaces_is_one_character() => Expect.Error(EosErrors.UnsupportedModel,
        () => Split("""{"type":"Metaspace","replacement":"__"}""", ""),
        $"'pre_tokenizer.replacement' of '{folder["a.json"]}' is '__', expected one character.");

    private string[] Split(string json, string text)
    {
        var whole = JsonSection.Read(folder.Write("a.json", $$"""{"pre_tokenizer":{{json}}}"""));
        return [.. PreTokenizers.Read(whole)(new TextPiece(text, true)).Select(piece => piece.Text)];
    }
}
