namespace EosMLNet.Tests.Tokenizers;

public sealed class UnigramModelTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("{}", "vocab", "no list", "a list of tokens and their scores")]
    [InlineData("""{"vocab":{"a":-1}}""", "vocab", "no list", "a list of tokens and their scores")]
    [InlineData("""{"vocab":[]}""", "vocab", "no list", "a list of tokens and their scores")]
    [InlineData("""{"vocab":[["a",-1],["b"]]}""", "vocab[1]", """["b"]""", "a token and its score")]
    [InlineData("""{"vocab":[["a",-1,2]]}""", "vocab[0]", """["a",-1,2]""", "a token and its score")]
    [InlineData("""{"vocab":[[1,-1]]}""", "vocab[0]", "[1,-1]", "a token and its score")]
    [InlineData("""{"vocab":[5]}""", "vocab[0]", "5", "a token and its score")]
    [InlineData("""{"vocab":[["a",-1]],"unk_id":-1}""", "unk_id", "-1", "an id of the vocabulary")]
    [InlineData("""{"vocab":[["a",-1]],"unk_id":1}""", "unk_id", "1", "an id of the vocabulary")]
    public void A_vocabulary_is_a_list_of_tokens_and_scores(string json, string name, string found, string expected) => Expect.Error(
        EosErrors.UnsupportedModel, () => Read(json), $"EOS1009: '{name}' of '{folder["model.json"]}' is {found}, expected {expected}.");

    // The sum of scores decides: -2 for "ab" and "c", -2.5 for "a" and "bc".
    [Fact]
    public void A_word_is_cut_where_its_scores_are_highest()
    {
        var model = Read("""{"vocab":[["?",0],["a",-1.5],["b",-1.5],["c",-1],["ab",-1],["bc",-1]],"unk_id":0}""");
        Assert.Equal([4, 3], Encode(model, "abc"));
        Assert.Equal([1, 0, 2], Encode(model, "axyb"));
    }

    [Fact]
    public void A_letter_without_a_token_is_named_where_nothing_stands_for_it()
    {
        var model = Read("""{"vocab":[["a",-1]]}""");
        Expect.Error(EosErrors.Tokenizer, () => Encode(model, "axy"),
            "EOS1014: the tokenizer has no token for 'xy', and no unknown token (model.unk_id); expected one of the two. " +
            "Fetch tokenizer.json again.");
    }

    [Theory]
    [InlineData("", new[] { 0, 1 })]
    [InlineData(""" ,"byte_fallback":false """, new[] { 0, 1 })]
    [InlineData(""" ,"byte_fallback":true """, new[] { 2, 3, 1 })]
    public void An_unknown_letter_is_its_bytes_where_that_is_asked_for(string settings, int[] expected) => Assert.Equal(expected,
        Encode(Read($$"""{"vocab":[["?",0],["a",-1],["<0xC3>",-9],["<0xA9>",-9]],"unk_id":0{{settings}}}"""), "éa"));

    // The letter é is the bytes C3 A9, and ü is C3 BC, of which the second one has no token.
    [Fact]
    public void A_letter_is_its_bytes_where_each_has_a_token()
    {
        var model = Read("""{"vocab":[["<0xC3>",-9],["<0xA9>",-9],["?",0],["a",-1]],"unk_id":2,"byte_fallback":true}""");
        Assert.Equal([0, 1, 3], Encode(model, "éa"));
        Assert.Equal([2, 3, 0, 1], Encode(model, "üaé"));
    }

    // An unknown letter costs 10 more than the worst token: -25 and -1 are less than -15.
    [Fact]
    public void An_unknown_letter_is_worse_than_any_token() =>
        Assert.Equal([1], Encode(Read("""{"vocab":[["?",0],["ab",-15],["b",-1]],"unk_id":0}"""), "ab"));

    // Of 😀, a and b there are "😀a" for -2 and "ab" for -1; the rest is unknown for -12. A character beyond 16 bits is one letter.
    [Fact]
    public void An_unknown_letter_beyond_16_bits_costs_as_much_as_another() =>
        Assert.Equal([0, 2], Encode(Read("""{"vocab":[["?",0],["😀a",-2],["ab",-1]],"unk_id":0}"""), "😀ab"));

    [Fact]
    public void Of_equal_ways_the_one_with_the_longer_last_token_is_taken() =>
        Assert.Equal([2], Encode(Read("""{"vocab":[["a",-1],["b",-1],["ab",-2]]}"""), "ab"));

    [Fact]
    public void An_empty_token_is_never_used() => Assert.Equal([1, 1], Encode(Read("""{"vocab":[["",1],["a",-1]]}"""), "aa"));

    private UnigramModel Read(string json) => new(JsonSection.Read(folder.Write("model.json", json)));

    private static List<int> Encode(UnigramModel model, string text)
    {
        var ids = new List<int>();
        model.Encode(text, ids);
        return ids;
    }
}
