namespace EosMLNet.Tests.Templates;

public sealed class TemplateTextTests
{
    [Theory]
    [InlineData("   ", true, true, "")]
    [InlineData("   ", true, false, "")]
    [InlineData("   ", false, true, "")]
    [InlineData(" a ", false, true, " a")]
    [InlineData(" a ", true, false, "a ")]
    [InlineData(" a ", false, false, " a ")]
    public void A_text_is_trimmed_at_either_end(string text, bool start, bool end, string expected) =>
        Assert.Equal(expected, TemplateText.Of(text).Trim(char.IsWhiteSpace, start, end).Text);

    [Theory]
    [InlineData(",a", "|a")]
    [InlineData("a,,b", "a||b")]
    [InlineData(",", "|")]
    [InlineData("a", "a")]
    public void Parts_lie_between_separators(string text, string expected) =>
        Assert.Equal(expected.Split('|'), TemplateText.Of(text).Split(",").Select(part => part.Text));

    [Fact]
    public void Each_place_that_the_template_wrote_gets_its_own_text()
    {
        var text = TemplateText.Concat([TemplateText.Of("-x-"), TemplateText.Of("x", '\u0001'), TemplateText.Of("-x")]);
        Assert.Equal("-[0]-x-[1]", text.Replace("x", i => TemplateText.Of($"[{i}]")).Text);
    }

    [Fact]
    public void What_a_user_wrote_is_not_found_also_where_it_comes_first()
    {
        var text = TemplateText.Concat([TemplateText.Of("<b>", '\u0001'), TemplateText.Of("<b>")]);
        Assert.Equal((3, 3, -1), (text.IndexOf("<b>"), text.IndexOf("<b>", 3), text.IndexOf("<b>", 4)));
        Assert.Equal(-1, TemplateText.Of("<b>", '\u0001').IndexOf("<b>"));
    }
}
