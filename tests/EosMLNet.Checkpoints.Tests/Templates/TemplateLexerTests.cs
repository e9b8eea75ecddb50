namespace EosMLNet.Tests.Templates;

public sealed class TemplateLexerTests
{
    // Expected texts are those of Jinja2.
    [Theory]
    [InlineData("{ {a} {{ 1 }}{", "{ {a} 1{")]
    [InlineData("{a\n { {% if true %}}{% endif %}", "{a\n { }")]
    [InlineData("{% if true %}\n  {% endif %}b", "b")]
    [InlineData("a{% if true %}  {% endif %}b", "a  b")]
    [InlineData(@"{{ 'a\nb\tc\rd' }}", "a\nb\tc\rd")]
    [InlineData(@"{{ '\a\b\f\v' }}", "\a\b\f\v")]
    [InlineData(@"{{ '\\ \' \"" ' ~ ""\' \"""" }}", "\\ ' \" ' \"")]
    [InlineData(@"{{ '\x41\x4a\u0042\u00e9z' }}", "AJBéz")]
    [InlineData(@"{{ '\q\z\8' }}", @"\q\z\8")]
    [InlineData("{{ 'a\\\nb' }}", "ab")]
    [InlineData("{{ 'a\nb' }}", "a\nb")]
    public void Texts_and_strings_are_Jinjas(string template, string expected) =>
        Assert.Equal(expected, JinjaTemplate.Parse(template).Render([]).Text);

    [Theory]
    [InlineData(@"{{ '\x4g' }}", 1, @"has a string with '\x' without 2 digits")]
    [InlineData(@"{{ '\x4", 1, @"has a string with '\x' without 2 digits")]
    [InlineData(@"{{ '\x41", 1, "has a string without an end")]
    [InlineData("{{ 'a\n\\u004' }}", 2, @"has a string with '\u' without 4 digits")]
    [InlineData(@"{{ '\101' }}", 1, @"has a string with '\1', which is not known here")]
    [InlineData(@"{{ '\0' }}", 1, @"has a string with '\0', which is not known here")]
    [InlineData(@"{{ '\7' }}", 1, @"has a string with '\7', which is not known here")]
    [InlineData("{{ '\n\n\\U0001F600' }}", 3, @"has a string with '\U', which is not known here")]
    [InlineData(@"{{ '\N{BULLET}' }}", 1, @"has a string with '\N', which is not known here")]
    [InlineData("{{ 'a\\\nb' }}{{ ! }}", 2, "has '!', which is no sign of Jinja")]
    [InlineData("{{ 'a\nb\\\n\\\nc' ! }}", 4, "has '!', which is no sign of Jinja")]
    [InlineData("{{ 1 ", 1, "has a tag without }}")]
    [InlineData("{{ abc", 1, "has a tag without }}")]
    [InlineData("{{ 12", 1, "has a tag without }}")]
    [InlineData("{{ 1.", 1, "has a tag without }}")]
    [InlineData("{% if true -%}\n \n{{ ! }}", 3, "has '!', which is no sign of Jinja")]
    [InlineData("{% if true %}\n{{ ! }}", 2, "has '!', which is no sign of Jinja")]
    [InlineData("{{ (1 -}} 2)", 1, "has a tag without }}")]
    [InlineData(@"{{ 'a\", 1, "has a string without an end")]
    public void What_is_wrong_with_a_tag_is_named_with_its_line(string template, int line, string what) =>
        Expect.Error(EosErrors.ChatTemplate, () => JinjaTemplate.Parse(template), $"EOS1017: Line {line} of the chat template {what}.");

    [Fact]
    public void What_is_too_long_is_named_with_its_length()
    {
        Expect.Error(EosErrors.ChatTemplate, () => JinjaTemplate.Parse(new string('a', (1 << 20) + 1)),
            "EOS1017: Line 1 of the chat template begins 1048577 characters, more than the 1048576 that are read.");
        Expect.Error(EosErrors.ChatTemplate, () => JinjaTemplate.Parse($"\n{{{{ 1{string.Concat(Enumerable.Repeat("+1", 250))} }}}}"),
            "EOS1017: Line 2 of the chat template has a tag of more than 400 words and signs.");
    }
}
