namespace EosMLNet.Tests.Templates;

public sealed class TemplateParserTests
{
    [Theory]
    [InlineData("\n{% set x.a = 1 %}", "Line 2", "sets 'a' of something that is not there")]
    [InlineData("{% set x = 1 %}\n{% set x.b = 2 %}", "Line 2", "sets 'b' of a number")]
    [InlineData("{% for x of [1] %}{% endfor %}", "Line 1", "has 'of' where 'in' is expected")]
    [InlineData("{% set x.a %}{% endset %}", "Line 1", "has '%}' where '=' is expected")]
    [InlineData("{% if true x %}{% endif %}", "Line 1", "has 'x' where the end of the tag is expected")]
    [InlineData("{% macro f %}{% endmacro %}", "Line 1", "has '%}' where '(' is expected")]
    [InlineData("{% 1 %}", "Line 1", "has '1' where a statement is expected")]
    public void A_wrong_statement_is_named_with_its_line(string template, string line, string what) => Expect.Error(
        EosErrors.ChatTemplate, () => JinjaTemplate.Parse(template).Render([]), $"EOS1017: {line} of the chat template {what}.");
}
