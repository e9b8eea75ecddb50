namespace EosMLNet.Tests.Tokenizers;

public sealed class DecodersTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    // Bytes that are no UTF-8 become a replacement character each, though a decoder of UTF-8 makes one of these two.
    [Theory]
    [InlineData("null", "a|b", "a b")]
    [InlineData("""{"type":"Replace","pattern":{"String":"_"}}""", "_a_|b_", "ab")]
    [InlineData("""{"type":"Replace","pattern":{"String":"_"},"content":"--"}""", "_a|b", "--ab")]
    [InlineData("""{"type":"ByteFallback"}""", "a|<0xE5>|<0x9B>|b", "a\uFFFD\uFFFDb")]
    [InlineData("""{"type":"ByteFallback"}""", "a|<0xE5>|<0x9B>|<0xBE>|<0x21>", "a图!")]
    [InlineData("""{"type":"ByteFallback"}""", "<0xG1>|<0x1>|<0xC3>", "<0xG1><0x1>\uFFFD")]
    public void Tokens_become_a_text(string json, string tokens, string expected) =>
        Assert.Equal(expected, Decoders.Read(Section(json))(tokens.Split('|')));

    [Theory]
    [InlineData("""{"type":"Replace","pattern":{"String":""}}""")]
    [InlineData("""{"type":"Replace","pattern":{"Regex":"a"}}""")]
    public void What_is_replaced_must_be_a_text(string json) => Expect.Error(EosErrors.UnsupportedModel,
        () => Decoders.Read(Section(json)), $"'decoder.pattern' of '{folder["a.json"]}' is no text, expected a String.");

    private JsonSection Section(string json) => JsonSection.Read(folder.Write("a.json", $$"""{"decoder":{{json}}}"""));
}
