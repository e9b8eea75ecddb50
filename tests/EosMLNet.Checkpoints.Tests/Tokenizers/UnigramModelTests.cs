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

    private UnigramModel Read(string json) => new(JsonSection.Read(folder.Write("model.json", json)));

    private static List<int> Encode(UnigramModel model, string text)
    {
        var ids = new List<int>();
        model.Encode(text, ids);
        return ids;
    }
}
