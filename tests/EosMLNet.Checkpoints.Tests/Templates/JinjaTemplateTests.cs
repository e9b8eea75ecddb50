namespace EosMLNet.Tests.Templates;

public sealed class JinjaTemplateTests
{
    // Expected texts are those of Jinja2 with trim_blocks and lstrip_blocks.
    [Theory]
    [InlineData("a {{ 'b' }} c", "a b c")]
    [InlineData("a\n{% if true %}\nb\n{% endif %}\nc\n", "a\nb\nc")]
    [InlineData("a\n  {% if true %}\n  b\n  {% endif %}\nc", "a\n  b\nc")]
    [InlineData("a  {%- if true -%}  b  {%- endif -%}  c", "abc")]
    [InlineData("a  {%+ if true +%}\nb{% endif %}", "a  \nb")]
    [InlineData("a {# {{ no }} #} b\n{# c #}\nd", "a  b\nd")]
    [InlineData("a\n  {{- 'b' -}}  \n c", "abc")]
    [InlineData("{{ 'a' + 'b' ~ 1 ~ true ~ none }}", "ab1TrueNone")]
    [InlineData("{{ 1 + 2 * 3 - 4 }} {{ 7 // 2 }} {{ 7 % 4 }} {{ -2 }}", "3 3 3 -2")]
    [InlineData("{{ '\\n\\t\\'\\\\' }}{{ \"it's\" }}", "\n\t'\\it's")]
    [InlineData("{{ m.a }} {{ m['a'] }} {{ m.none_such }} {{ list[1] }} {{ list[-1] }} {{ nothing }}", "x x  two three ")]
    [InlineData("{{ 'yes' if m.a == 'x' else 'no' }} {{ 'yes' if nothing }}", "yes ")]
    [InlineData("{% if nothing is defined %}a{% elif m is mapping and list is not string %}b{% else %}c{% endif %}", "b")]
    [InlineData("{% if 'a' in m and 'wo' in 'two' and 'x' not in list and not false %}a{% endif %}", "a")]
    [InlineData("{% for x in list %}{{ loop.index }}{{ x }}{% if not loop.last %}, {% endif %}{% endfor %}", "1one, 2two, 3three")]
    [InlineData("{% for x in list if x != 'two' %}{{ loop.index0 }}{{ x }}{{ loop.first }}{% endfor %}", "0oneTrue1threeFalse")]
    [InlineData("{% set x = 1 %}{% for y in list %}{% set x = x + 1 %}{% endfor %}{{ x }}", "1")]
    [InlineData("{% set n = namespace(x=1) %}{% for y in list %}{% set n.x = n.x + 1 %}{% endfor %}{{ n.x }}", "4")]
    [InlineData("{% set x %}a{{ list[0] }}{% endset %}{{ x | upper }}", "AONE")]
    [InlineData("{{ '  a b ' | trim }}|{{ ' a'.strip() }}|{{ 'xax'.lstrip('x') }}|{{ 'a\\n'.rstrip('\\n') }}", "a b|a|ax|a")]
    [InlineData("{{ 'abc' | length }} {{ list | length }} {{ list | join('-') }} {{ list | first }} {{ list | last }}", "3 3 one-two-three one three")]
    [InlineData("{{ 'aB'.upper() }} {{ 'aB' | lower }} {{ 'aB'.capitalize() }} {{ 'a-b' | replace('-', '+') }}", "AB ab Ab a+b")]
    [InlineData("{{ nothing | default('d') }} {{ m.get('a') }} {{ m.get('z', 'e') }} {{ 'a b'.split(' ')[1] }}", "d x e b")]
    [InlineData("{% for x in list[1:] %}{{ x }}{% endfor %} {% for x in list[::-1] %}{{ x[0] }}{% endfor %} {{ 'abc'[:2] }}", "twothree tto ab")]
    [InlineData("{% for x in parts | selectattr('type', 'equalto', 'b') %}{{ x.n }}{% endfor %}", "2")]
    [InlineData("{{ parts | map(attribute='n') | join(',') }} {{ parts | rejectattr('type', 'equalto', 'b') | list | length }}", "1,2 1")]
    [InlineData("{% macro f(a, b='y') %}{{ a }}{{ b }}{% endmacro %}{{ f('x') }} {{ f('x', b='z') }} {{ f('x', 'w') }}", "xy xz xw")]
    [InlineData("{{ ['a', 'b'] | join }} {{ {'k': 'v'}.k }} {{ ('a', 'b')[1] }} {{ (['a'] + ['b']) | length }}", "ab v b 2")]
    [InlineData("{{ {'k': 1, 'k': 2}.k }} {{ [[1], ['a', [2]]] == [[1], ['a', [2]]] }} {{ [[1], [2]] == [[1], [3]] }}", "2 True False")]
    [InlineData("{{ 2 < 3 and 3 >= 3 and 'a' < 'b' }} {{ 1.5 + 1 }} {{ 'x' or 'y' }} {{ '' or 'y' }} {{ 1 == 1.0 }}", "True 2.5 x y True")]
    [InlineData("{% generation %}a{% endgeneration %}{{ m.a is string }}{{ list is iterable }}{{ none is none }}", "aTrueTrueTrue")]
    [InlineData("a\r\n{% if true %}\r\nb{% endif %}", "a\nb")]
    public void A_template_writes_what_Jinja_writes(string template, string expected) => Assert.Equal(expected, Render(template));

    [Theory]
    [InlineData("a\n{% include 'x' %}", 2, "'include'")]
    [InlineData("{{ 'a' | b64 }}", 1, "filter 'b64'")]
    [InlineData("\n\n{{ 'a'.encode() }}", 3, "method 'encode'")]
    [InlineData("{{ 1 is odd }}", 1, "test 'odd'")]
    [InlineData("{{ strftime_now('%Y') }}", 1, "not known")]
    [InlineData("{% for a, b in m.items() %}{% endfor %}", 1, "a, b")]
    [InlineData("{% for a in list %}{% else %}{% endfor %}", 1, "'else'")]
    [InlineData("{% if true %}a", 1, "'endif'")]
    [InlineData("a\n{{ 'a'", 2, "}}")]
    [InlineData("{{ 'a }}", 1, "string without an end")]
    [InlineData("{# a", 1, "comment without an end")]
    [InlineData("{{ a b }}", 1, "'b'")]
    [InlineData("{{ & }}", 1, "'&'")]
    [InlineData("{{ ) }}", 1, "')'")]
    [InlineData("{% endfor %}", 1, "'endfor'")]
    [InlineData("{{ list }}", 1, "a list as a text")]
    [InlineData("{{ 'a' + 1 }}", 1, "a text and a number")]
    [InlineData("{{ nothing.a }}", 1, "'a' of something that is not there")]
    [InlineData("{{ 1 // 0 }}", 1, "divides by 0")]
    [InlineData("{{ raise_exception('No images.') }}", 1, "refuses: No images.")]
    [InlineData("{{ 2 ** 3 }}", 1, "'**'")]
    public void What_is_not_understood_is_named_with_its_line(string template, int line, string what) =>
        Expect.Error(EosErrors.ChatTemplate, () => Render(template), $"Line {line} ", what);

    public static TheoryData<string, string> Hostile => new()
    {
        { "brackets", $"{{{{ {new string('(', 5000)}1{new string(')', 5000)} }}}}" },
        { "a sum", $"{{{{ 1{string.Concat(Enumerable.Repeat("+1", 100_000))} }}}}" },
        { "members", $"{{{{ m{string.Concat(Enumerable.Repeat(".a", 100_000))} }}}}" },
        { "signs", $"{{{{ {new string('-', 100_000)}1 }}}}" },
        { "conditions", string.Concat(Enumerable.Repeat("{% if true %}", 5000)) },
        { "a doubled text", "{% set n = namespace(x='aaaaaaaa') %}" + string.Concat(Enumerable.Repeat("{% set n.x = n.x + n.x %}", 40)) },
        { "a doubled list", "{% set n = namespace(x=[1, 1]) %}" + string.Concat(Enumerable.Repeat("{% set n.x = n.x + n.x %}", 40)) },
        { "loops", Loops(12, "") },
        { "loops that write", Loops(7, new string('a', 1000)) },
        { "a macro that calls itself", "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}" },
        { "lists of one list, compared", Nested("[n.x, n.x]", "[n.y, n.y]", 2) },
        { "one statement, again and again", Loops(6, string.Concat(Enumerable.Repeat("{% set x = 1 %}", 1000))) },
        { "long texts, compared", LongTexts + Loops(6, "{% if n.x == n.y %}{% endif %}") },
        { "long texts, cut", LongTexts + Loops(6, "{% set x = n.x[1:] %}") },
        { "long texts, searched", LongTexts + "{% if n.y + 'b' in n.x %}{% endif %}" },
        { "an argument twice", "{% macro f(a) %}{% endmacro %}{{ f(a=1, a=2) }}" },
        { "a long source", new string('a', (1 << 20) + 1) },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public void A_hostile_template_ends_with_a_fault(string what, string template)
    {
        Assert.NotEmpty(what);
        Expect.Error(EosErrors.ChatTemplate, () => Render(template), "Line 1 ");
    }

    // 27,000 deep: a call for each would be more than a stack has.
    [Fact]
    public void Lists_are_compared_however_deep_they_lie_in_each_other() => Assert.Equal("same", Render(Nested("[n.x]", "[n.y]", 3) + "same"));

    [Fact]
    public void A_text_knows_which_of_it_is_the_users()
    {
        var user = TemplateText.Of(" a<b> ", '\u0001');
        var written = JinjaTemplate.Parse("<b>{{ x | trim | upper }}{{ x.split('<')[1] }}").Render([new("x", user)]);
        Assert.Equal("<b>A<B>b> ", written.Text);
        Assert.Equal("\0\0\0\u0001\u0001\u0001\u0001\u0001\u0001\u0001", written.Origin);
        Assert.Equal(0, written.IndexOf("<b>"));
        Assert.Equal(-1, written.IndexOf("b>", from: 3));
        Assert.Equal("[0]A<B>b> ", written.Replace("<b>", i => TemplateText.Of($"[{i}]")).Text);
    }

    // Two equal texts of a million characters.
    private static string LongTexts => "{% set n = namespace(x='aaaaaaaa', y='aaaaaaaa') %}" +
        string.Concat(Enumerable.Repeat("{% set n.x = n.x + n.x %}{% set n.y = n.y + n.y %}", 17));

    private static string Nested(string x, string y, int depth) => "{% set n = namespace(x=[1], y=[1]) %}" +
        Loops(depth, $"{{% set n.x = {x} %}}{{% set n.y = {y} %}}") + "{% if n.x != n.y %}{{ raise_exception('other') }}{% endif %}";

    private static string Loops(int depth, string text)
    {
        var list = $"[{string.Join(',', Enumerable.Repeat("1", 30))}]";
        return string.Concat(Enumerable.Repeat($"{{% for x in {list} %}}", depth)) + text + string.Concat(Enumerable.Repeat("{% endfor %}", depth));
    }

    private static string Render(string template) => JinjaTemplate.Parse(template).Render(
    [
        new("m", new Dictionary<string, object?> { ["a"] = TemplateText.Of("x") }),
        new("list", (List<object?>)[TemplateText.Of("one"), TemplateText.Of("two"), TemplateText.Of("three")]),
        new("parts", (List<object?>)[Part("a", 1), Part("b", 2)]),
    ]).Text;

    private static Dictionary<string, object?> Part(string type, long number) => new() { ["type"] = TemplateText.Of(type), ["n"] = number };
}
