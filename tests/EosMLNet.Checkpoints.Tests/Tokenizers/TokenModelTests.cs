namespace EosMLNet.Tests.Tokenizers;

public sealed class TokenModelTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("""{"vocab":{"a":7},"merges":[]}""", typeof(BpeModel))]
    [InlineData("""{"type":"BPE","vocab":{"a":7},"merges":[]}""", typeof(BpeModel))]
    [InlineData("""{"type":"Unigram","vocab":[["a",-1]],"merges":[]}""", typeof(UnigramModel))]
    public void The_kind_that_is_named_counts_and_merges_are_a_kind_too(string json, Type expected) => Assert.IsType(expected, Read(json));

    [Theory]
    [InlineData("""{"vocab":{"a":0}}""", "missing")]
    [InlineData("""{"type":"WordLevel","vocab":{"a":0},"merges":[]}""", "'WordLevel'")]
    public void Another_kind_is_refused(string json, string found) => Expect.Error(EosErrors.UnsupportedModel, () => Read(json),
        $"'model.type' of '{folder["a.json"]}' is {found}, expected one of BPE, Unigram.");

    private TokenModel Read(string json) => TokenModel.Read(JsonSection.Read(folder.Write("a.json", $$"""{"model":{{json}}}""")));
}
