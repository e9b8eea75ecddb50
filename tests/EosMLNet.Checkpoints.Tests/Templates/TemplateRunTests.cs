namespace EosMLNet.Tests.Templates;

public sealed class TemplateRunTests
{
    private const int MostText = 1 << 22;

    // A block is captured before it is written, and counts once.
    [Theory]
    [InlineData(MostText, "{{ x }}")]
    [InlineData(MostText / 2, "{% set y %}{{ x }}{% endset %}{{ x }}{{ y }}")]
    [InlineData(MostText / 4, "{% set y %}{{ x }}{{ x }}{% endset %}{{ y }}{{ y }}")]
    public void A_text_may_have_4194304_characters(int length, string template)
    {
        KeyValuePair<string, object?>[] variables = [new("x", TemplateText.Of(new string('a', length)))];
        Assert.Equal(MostText, JinjaTemplate.Parse(template).Render(variables).Length);
        Expect.Error(EosErrors.ChatTemplate, () => JinjaTemplate.Parse($"{template}\n!").Render(variables),
            "EOS1017: Line 1 of the chat template has written more than 4194304 characters.");
    }

    [Fact]
    public void Macros_call_each_other_up_to_a_depth() => Expect.Error(EosErrors.ChatTemplate,
        () => JinjaTemplate.Parse("{% macro f() %}\n{{ f() }}{% endmacro %}{{ f() }}").Render([]),
        "EOS1017: Line 2 of the chat template is more than 32 loops and calls deep.");

    [Fact]
    public void What_does_not_end_is_given_up()
    {
        var loop = "{% for x in [" + string.Join(',', Enumerable.Repeat("1", 100)) + "] %}";
        var template = string.Concat(Enumerable.Repeat(loop, 4)) + string.Concat(Enumerable.Repeat("{% endfor %}", 4));
        Expect.Error(EosErrors.ChatTemplate, () => JinjaTemplate.Parse(template).Render([]),
            "EOS1017: Line 1 of the chat template is reached after 1048576 steps: it does not end.");
    }

    // To look for 1024 characters in 16384 takes a million steps of 16 characters, eight of which count as one.
    [Fact]
    public void A_long_text_may_be_looked_for_in_a_longer_one() => Assert.Equal("True", JinjaTemplate.Parse("{{ y in x }}").Render(
        [new("x", TemplateText.Of(new string('a', 16384))), new("y", TemplateText.Of(new string('a', 1024)))]).Text);
}
