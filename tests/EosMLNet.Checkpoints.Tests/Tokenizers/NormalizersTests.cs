namespace EosMLNet.Tests.Tokenizers;

public sealed class NormalizersTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("null", "aXb", "aXb")]
    [InlineData("""{"type":"Prepend","prepend":"_"}""", "a", "_a")]
    [InlineData("""{"type":"Prepend","prepend":"_"}""", "", "")]
    [InlineData("""{"type":"Replace","pattern":{"String":"X"}}""", "aXbX", "ab")]
    [InlineData("""{"type":"Replace","pattern":{"String":"X"},"content":"yz"}""", "aXbx", "ayzbx")]
    public void A_text_is_changed_as_the_file_says(string json, string text, string expected) =>
        Assert.Equal(expected, Normalizers.Read(Section(json))(text));

    [Theory]
    [InlineData("""{"type":"Replace","pattern":{"String":""}}""", "pattern", "no text, expected a String")]
    [InlineData("""{"type":"Replace","pattern":{"Regex":"a"}}""", "pattern", "no text, expected a String")]
    [InlineData("""{"type":"Prepend"}""", "prepend", "missing, expected a text")]
    [InlineData("""{"type":"Prepend","prepend":""}""", "prepend", "missing, expected a text")]
    public void What_is_to_be_replaced_or_prepended_must_be_a_text(string json, string field, string what) => Expect.Error(
        EosErrors.UnsupportedModel, () => Normalizers.Read(Section(json)), $"'normalizer.{field}' of '{folder["a.json"]}' is {what}.");

    private JsonSection Section(string json) => JsonSection.Read(folder.Write("a.json", $$"""{"normalizer":{{json}}}"""));
}
