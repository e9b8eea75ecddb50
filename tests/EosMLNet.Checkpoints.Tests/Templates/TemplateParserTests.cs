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
    [InlineData("{% for a, 1 in [] %}{% endfor %}", "Line 1", "has '1' where a name is expected")]
    [InlineData("{% for 1 in [] %}{% endfor %}", "Line 1", "has '1' where a name is expected")]
    [InlineData("{% set n.1 = 2 %}", "Line 1", "has '1' where a name is expected")]
    [InlineData("{% macro 1() %}{% endmacro %}", "Line 1", "has '1' where a name is expected")]
    [InlineData("\n{% for a in [] %}\n{% else %}{% endfor %}", "Line 2", "has a loop with 'else', which is not known here")]
    [InlineData("{% 1 %}", "Line 1", "has '1' where a statement is expected")]
    public void A_wrong_statement_is_named_with_its_line(string template, string line, string what) => Expect.Error(
        EosErrors.ChatTemplate, () => JinjaTemplate.Parse(template).Render([]), $"EOS1017: {line} of the chat template {what}.");

    [Fact]
    public void A_turn_of_a_loop_knows_its_neighbours() => Assert.Equal("-b,ac,b-", JinjaTemplate.Parse(
        "{% for x in ['a', 'b', 'c'] %}{{ loop.previtem | default('-') }}{{ loop.nextitem | default('-') }}" +
        "{{ ',' if not loop.last }}{% endfor %}").Render([]).Text);

    // The body and the value are two, and each bracket one more.
    [Fact]
    public void A_hundred_things_may_lie_in_each_other()
    {
        Assert.Equal("1", JinjaTemplate.Parse(Brackets(98)).Render([]).Text);
        Expect.Error(EosErrors.ChatTemplate, () => JinjaTemplate.Parse(Brackets(99)),
            "EOS1017: Line 1 of the chat template is nested more than 100 deep.");

        static string Brackets(int count) => $"{{{{ {new string('(', count)}1{new string(')', count)} }}}}";
    }
}
