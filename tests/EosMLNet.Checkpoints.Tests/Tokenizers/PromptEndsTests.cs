namespace EosMLNet.Tests.Tokenizers;

public sealed class PromptEndsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Ids_from_0_on_are_put_before_and_behind_the_text()
    {
        var ends = Read("""[{"SpecialToken":{"id":"a"}},{"Sequence":{"id":"A"}},{"SpecialToken":{"id":"b"}},{"SpecialToken":{"id":"a"}}]""",
            """{"a":{"ids":[0,4]},"b":{"ids":[]}}""");
        Assert.Equal([0, 4], ends.Before);
        Assert.Equal([0, 4], ends.After);
    }

    [Theory]
    [InlineData("[3,-1]")]
    [InlineData("[-1]")]
    [InlineData("null")]
    public void A_special_token_without_ids_is_named(string ids) => Expect.Error(EosErrors.UnsupportedModel,
        () => Read("""[{"SpecialToken":{"id":"a"}},{"Sequence":{"id":"A"}}]""", $$"""{"a":{"ids":{{ids}} } }"""),
        $"'post_processor.special_tokens' of '{folder["a.json"]}' is without ids of 'a', expected those of each special " +
        "token of the template.");

    [Theory]
    [InlineData("[]", 0)]
    [InlineData("""[{"Sequence":{"id":"A"}},{"Sequence":{"id":"B"}}]""", 2)]
    public void A_template_has_one_text(string single, int texts) => Expect.Error(EosErrors.UnsupportedModel, () => Read(single, "{}"),
        $"'post_processor.single' of '{folder["a.json"]}' is a template with {texts} texts, expected one text in it.");

    private PromptEnds Read(string single, string tokens) => PromptEnds.Read(JsonSection.Read(folder.Write("a.json",
        $$"""{"post_processor":{"type":"TemplateProcessing","single":{{single}},"special_tokens":{{tokens}} } }""")));
}
