namespace EosMLNet.Tests.Templates;

/// <summary>What is expected is what Jinja2 writes.</summary>
public sealed class TemplateFunctionsTests
{
    [Theory]
    [InlineData("'nothing' | string", "nothing")]
    [InlineData("(1.5 | string) + (true | string) + (none | string)", "1.5TrueNone")]
    [InlineData("('a<b' | safe) + 'c'", "a<bc")]
    [InlineData("1 | safe", "1")]
    [InlineData("'' | capitalize", "")]
    [InlineData("'aBC' | capitalize", "Abc")]
    [InlineData("'abc' | count", "3")]
    [InlineData("{'a': 1, 'b': 2} | count", "2")]
    [InlineData("[] | last is undefined", "True")]
    [InlineData("(nothing | default) + (nothing | d('x')) + ('' | d('x'))", "x")]
    [InlineData("none | default('x')", "None")]
    [InlineData("none | default('x', true)", "x")]
    [InlineData("'' | default('x', boolean=true)", "x")]
    [InlineData("'' | default('x', boolean=false)", "")]
    [InlineData("'y' | default('x', true)", "y")]
    [InlineData("[true, 1, 1.5, none, 'a'] | join('|')", "True|1|1.5|None|a")]
    [InlineData("'aXbX' | replace('X', 1)", "a1b1")]
    [InlineData("'aXXb'.replace('X', '')", "ab")]
    [InlineData("'a,b,,c'.split(',') | join('+')", "a+b++c")]
    [InlineData("'xyax'.strip('xy') + ' b '.lstrip() + ' c '.rstrip()", "ab  c")]
    [InlineData("'abc'.startswith('ab')", "True")]
    [InlineData("'abc'.startswith('bc')", "False")]
    [InlineData("'abc'.startswith('AB')", "False")]
    [InlineData("'abc'.endswith('bc')", "True")]
    [InlineData("'abc'.endswith('ab')", "False")]
    [InlineData("'abc'.endswith('BC')", "False")]
    [InlineData("{'a': 1}.get('a') ~ {'a': 1}.get('b') ~ {'a': 1}.get('b', 2)", "1None2")]
    [InlineData("namespace(a=1).a", "1")]
    public void Filters_and_methods_are_Jinjas(string expression, string expected) =>
        Assert.Equal(expected, Write($"{{{{ {expression} }}}}"));

    [Theory]
    [InlineData("selectattr('n')", "23")]
    [InlineData("rejectattr('n')", "1")]
    [InlineData("selectattr('k', 'equalto', 'b')", "2")]
    [InlineData("selectattr('k', 'eq', 'b')", "2")]
    [InlineData("selectattr('k', '==', 'b')", "2")]
    [InlineData("selectattr('k', 'ne', 'b')", "13")]
    [InlineData("selectattr('k', '!=', 'b')", "13")]
    [InlineData("selectattr('k', 'in', ['a', 'b'])", "12")]
    [InlineData("rejectattr('k', 'in', 'ab')", "3")]
    [InlineData("selectattr('z', 'defined')", "3")]
    [InlineData("selectattr('n', 'integer')", "12")]
    public void Items_are_selected_by_what_an_attribute_is(string filter, string expected) => Assert.Equal(expected, Write(
        "{% set all = [{'id': 1, 'k': 'a', 'n': 0}, {'id': 2, 'k': 'b', 'n': 5}, {'id': 3, 'k': 'c', 'n': 0.5, 'z': 0}] %}" +
        $"{{{{ all | {filter} | map(attribute='id') | join }}}}"));

    [Theory]
    [InlineData("defined", "none true false 0 1 1.5 'a' [] {} namespace")]
    [InlineData("undefined", "nothing")]
    [InlineData("none", "none")]
    [InlineData("string", "'a'")]
    [InlineData("mapping", "{}")]
    [InlineData("iterable", "nothing 'a' [] {}")]
    [InlineData("sequence", "nothing 'a' [] {}")]
    [InlineData("number", "true false 0 1 1.5")]
    [InlineData("integer", "0 1")]
    [InlineData("boolean", "true false")]
    [InlineData("true", "true")]
    [InlineData("false", "false")]
    public void A_test_holds_for_the_values_that_Jinja_says(string test, string values)
    {
        string[] all = ["nothing", "none", "true", "false", "0", "1", "1.5", "'a'", "[]", "{}", "namespace"];
        var found = all.Where(value => Write($"{{{{ {value} is {test} }}}}") == "True").ToArray();
        Assert.Equal(values.Split(' '), found);
        Assert.Equal(all.Except(found), all.Where(value => Write($"{{{{ {value} is not {test} }}}}") == "True"));
    }

    [Theory]
    [InlineData("'a'.replace('', 'b')", "replaces an empty text")]
    [InlineData("'aaa'.replace('a', 'b', 1)", "replaces a text otherwise than by another, wherever it is")]
    [InlineData("'aaa' | replace('a')", "replaces a text otherwise than by another, wherever it is")]
    [InlineData("'a b'.split()", "splits a text otherwise than at another text")]
    [InlineData("'a b'.split(' ', 1)", "splits a text otherwise than at another text")]
    [InlineData("'a b'.split('')", "splits a text otherwise than at another text")]
    [InlineData("[{}] | selectattr('a', 'odd')", "has the test 'odd', which is not known here")]
    [InlineData("[{}] | map('upper')", "has the filter 'map' without 'attribute'")]
    [InlineData("[].get('a')", "calls get of a list")]
    [InlineData("'a'.startswith(1)", "calls with a number where a text is expected")]
    [InlineData("'a'.endswith()", "calls with something that is not there where a text is expected")]
    [InlineData("[] | upper", "writes a list as a text")]
    [InlineData("raise_exception('no')", "refuses: no")]
    [InlineData("raise_exception(none)", "calls with None where a text is expected")]
    public void What_a_function_cannot_do_is_named(string expression, string what) =>
        Expect.Error(EosErrors.ChatTemplate, () => Write($"\n{{{{ {expression} }}}}"), $"EOS1017: Line 2 of the chat template {what}.");

    private static string Write(string template) => JinjaTemplate.Parse(template).Render([]).Text;
}
