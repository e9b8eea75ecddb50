namespace EosMLNet.Tests.Tokenizers;

public sealed class BpeModelTests : IDisposable
{
    // The letter é is the bytes C3 A9, and ü is C3 BC, of which the second one has no token.
    private const string Bytes = """ "vocab":{"a":0,"?":1,"<0xC3>":2,"<0xA9>":3},"merges":[],"byte_fallback":true """;
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(""", "unk_token":"?" """, "aéüa", new[] { 0, 2, 3, 1, 0 })]
    [InlineData(""", "unk_token":"?" """, "üüaü", new[] { 1, 1, 0, 1 })]
    [InlineData(""", "unk_token":"?","fuse_unk":true """, "üüaüéüü", new[] { 1, 0, 1, 2, 3, 1 })]
    [InlineData("", "aüéa", new[] { 0, 2, 3, 0 })]
    public void A_letter_whose_bytes_are_not_all_known_is_unknown(string settings, string text, int[] expected) =>
        Assert.Equal(expected, Encode(Bytes + settings, text));

    [Fact]
    public void Letters_are_merged_as_the_list_says()
    {
        const string model = """ "vocab":{"a":0,"b":1,"c":2,"ab":3,"bc":4,"abc":5},"merges":["b c",["a","b"],["ab","c"]] """;
        Assert.Equal([0, 4], Encode(model, "abc"));
        Assert.Equal([3, 3], Encode(model, "abab"));
        Assert.Equal([5], Encode(model + """, "ignore_merges":true """, "abc"));
    }

    [Theory]
    [InlineData("5", "5")]
    [InlineData("null", "null")]
    [InlineData("""["a",1]""", """["a",1]""")]
    [InlineData("""["a"]""", """["a"]""")]
    [InlineData("\"aa\"", "\"aa\"")]
    [InlineData("\"a a a\"", "\"a a a\"")]
    public void A_merge_is_a_pair_of_tokens(string merge, string shown) => Expect.Error(EosErrors.UnsupportedModel,
        () => Encode($$""" "vocab":{"a":0,"aa":1},"merges":["a a",{{merge}}] """, "a"),
        $"EOS1009: 'merges[1]' of '{folder["model.json"]}' is {shown}, " +
            "expected two tokens of the vocabulary whose combination is in it too.");

    [Fact]
    public void A_byte_may_have_the_id_0() => Assert.Equal([0, 1, 2],
        Encode(""" "vocab":{"<0xC3>":0,"<0xA9>":1,"a":2,"?":3},"merges":[],"byte_fallback":true,"unk_token":"?" """, "éa"));

    [Theory]
    [InlineData(""" "continuing_subword_prefix":"##" """, "continuing_subword_prefix", "'##'", "none: words are not marked at their ends")]
    [InlineData(""" "end_of_word_suffix":"</w>" """, "end_of_word_suffix", "'</w>'", "none: words are not marked at their ends")]
    [InlineData(""" "dropout":0.1 """, "dropout", "0.1", "none: merges are not left to chance")]
    [InlineData(""" "unk_token":"b" """, "unk_token", "'b'", "a token of the vocabulary")]
    [InlineData(""" "merges":{} """, "merges", "no list", "a list of pairs of tokens")]
    [InlineData(""" "end_of_word_suffix":"" """, "merges", "no list", "a list of pairs of tokens")]
    public void What_is_not_supported_is_named(string setting, string field, string found, string expected) => Expect.Error(
        EosErrors.UnsupportedModel, () => Encode($$""" "vocab":{"a":0},{{setting}} """, "a"),
        $"EOS1009: '{field}' of '{folder["model.json"]}' is {found}, expected {expected}.");

    private List<int> Encode(string model, string text)
    {
        var ids = new List<int>();
        new BpeModel(JsonSection.Read(folder.Write("model.json", "{" + model + "}"))).Encode(text, ids);
        return ids;
    }
}
