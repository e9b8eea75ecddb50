namespace EosMLNet.Tests.Templates;

public sealed class TemplateExpressionParserTests
{
    // Expected texts are those of Jinja2.
    [Theory]
    [InlineData("3 > 2 > 1", "True")]
    [InlineData("1 < 2 < 2", "False")]
    [InlineData("2 < 2 < 3", "False")]
    [InlineData("1 < 3 > 2 >= 2 <= 2", "True")]
    [InlineData("1 == 1 != 2", "True")]
    [InlineData("5 == 5 == 5", "True")]
    [InlineData("'a' in 'ab' in ['ab']", "True")]
    [InlineData("'a' not in 'b' not in ['b']", "False")]
    [InlineData("(1 < 2) == true", "True")]
    [InlineData("-1 is number", "True")]
    [InlineData("-1 is not number", "False")]
    [InlineData("-1 | string ~ 'x'", "-1x")]
    [InlineData("2 * -1 | string | length", "4")]
    [InlineData("- -1", "1")]
    [InlineData("-[1, 2][1]", "-2")]
    [InlineData("1 - -1", "2")]
    [InlineData("not 1 is string", "True")]
    [InlineData("\"a\" 'b' \"c\" | length", "3")]
    [InlineData("'a' 'b' \"c\"", "abc")]
    [InlineData("[1, 2, 3,][2] ~ (4,)[0]", "34")]
    [InlineData("[true, True, false, False, none, None] | join(',')", "True,True,False,False,None,None")]
    [InlineData("1.25", "1.25")]
    public void Operators_bind_as_in_Jinja(string expression, string expected) => Assert.Equal(expected, Write($"{{{{ {expression} }}}}"));

    [Theory]
    [InlineData("'a' < f() < 'b'", "False1")]
    [InlineData("f() == '' == f()", "True2")]
    [InlineData("1 == 2 == f()", "False0")]
    [InlineData("'' == f() == '' == ''", "True1")]
    public void What_stands_between_two_comparisons_is_computed_once_and_only_where_it_counts(string comparison, string expected) =>
        Assert.Equal(expected, Write("{% set n = namespace(calls=0) %}{% macro f() %}{% set n.calls = n.calls + 1 %}{% endmacro %}" +
            $"{{{{ {comparison} }}}}{{{{ n.calls }}}}"));

    [Theory]
    [InlineData("[1, 2, 3][1 2]", "has '2' where ']' is expected")]
    [InlineData("[1, 2, 3][1:2 3]", "has '3' where ']' is expected")]
    [InlineData("[1][0:1:1:7]", "has '7' where ']' is expected")]
    [InlineData("[1][]", "has '}}' where an index in front of ']' is expected")]
    [InlineData("1.2.3", "has '1.2.3' where a value is expected")]
    [InlineData("1 not 2", "has '2' where 'in' is expected")]
    [InlineData("{'a' 1}", "has '1' where ':' is expected")]
    [InlineData("[1 2]", "has '2' where ',' is expected")]
    [InlineData("(1]", "has ']' where ')' is expected")]
    [InlineData("1 | 2", "has '2' where the name of a filter is expected")]
    [InlineData("1 is 2", "has '2' where the name of a test is expected")]
    [InlineData("m.'a'", "has 'a' where a name is expected")]
    [InlineData("f(a=1, b=2, a=3)", "gives the argument 'a' twice")]
    public void What_is_written_wrongly_is_named(string expression, string what) =>
        Expect.Error(EosErrors.ChatTemplate, () => JinjaTemplate.Parse($"\n{{{{ {expression} }}}}"),
            $"EOS1017: Line 2 of the chat template {what}.");

    private static string Write(string template) => JinjaTemplate.Parse(template).Render([]).Text;
}
