namespace EosMLNet.Tests.Templates;

/// <summary>What is expected is what Jinja2 writes.</summary>
public sealed class TemplateValueTests
{
    [Theory]
    [InlineData("none", false)]
    [InlineData("false", false)]
    [InlineData("true", true)]
    [InlineData("0", false)]
    [InlineData("2", true)]
    [InlineData("-2", true)]
    [InlineData("0.0", false)]
    [InlineData("0.1", true)]
    [InlineData("''", false)]
    [InlineData("'0'", true)]
    [InlineData("[]", false)]
    [InlineData("[0]", true)]
    [InlineData("{}", false)]
    [InlineData("{'a': 0}", true)]
    [InlineData("nothing", false)]
    [InlineData("namespace", true)]
    public void What_is_empty_or_zero_is_false(string value, bool expected) =>
        Assert.Equal(expected ? "yes" : "no", Write($"{{% if {value} %}}yes{{% else %}}no{{% endif %}}"));

    [Theory]
    [InlineData("none == none", true)]
    [InlineData("none == false", false)]
    [InlineData("nothing == nothing", true)]
    [InlineData("nothing == none", false)]
    [InlineData("namespace == namespace", true)]
    [InlineData("namespace == raise_exception", false)]
    [InlineData("true == 1", true)]
    [InlineData("false == 0", true)]
    [InlineData("true == 2", false)]
    [InlineData("1 == 1.0", true)]
    [InlineData("1 != 1.5", true)]
    [InlineData("'1' == 1", false)]
    [InlineData("1 == '1'", false)]
    [InlineData("'a' == 'a'", true)]
    [InlineData("'a' == 'A'", false)]
    [InlineData("[] == []", true)]
    [InlineData("[1, 2] == [1]", false)]
    [InlineData("[1] == [1, 2]", false)]
    [InlineData("[1, 2] == [2, 1]", false)]
    [InlineData("[1] == 1", false)]
    [InlineData("'a' == ['a']", false)]
    [InlineData("{} == {}", true)]
    [InlineData("{} == []", false)]
    [InlineData("{'a': 1, 'b': [2]} == {'b': [2.0], 'a': true}", true)]
    [InlineData("{'a': {'b': 1}} == {'a': {'b': 2}}", false)]
    [InlineData("{'a': 1} == {'a': 1, 'b': 2}", false)]
    [InlineData("{'a': 1, 'b': 2} == {'a': 1}", false)]
    [InlineData("{'a': none} == {'b': none}", false)]
    [InlineData("{'a': nothing} == {'b': nothing}", false)]
    public void Values_are_equal_as_in_Python(string expression, bool expected) =>
        Assert.Equal($"{expected}", Write($"{{{{ {expression} }}}}"));

    // A namespace that holds itself: to go through it would not end.
    [Fact]
    public void A_dictionary_equals_itself_whatever_it_holds() =>
        Assert.Equal("True", Write("{% set n = namespace() %}{% set n.x = n %}{{ n == n and n == n.x }}"));

    [Theory]
    [InlineData("'a' < 'B'", false)]
    [InlineData("'a' < 'ab'", true)]
    [InlineData("'a' < 'a'", false)]
    [InlineData("'a' <= 'a'", true)]
    [InlineData("'b' > 'a'", true)]
    [InlineData("'a' > 'a'", false)]
    [InlineData("'a' >= 'b'", false)]
    [InlineData("true < 2", true)]
    [InlineData("true < 1", false)]
    [InlineData("false < true", true)]
    [InlineData("2 > 1.5", true)]
    [InlineData("1.5 <= 1.5", true)]
    [InlineData("1.5 <= 1", false)]
    [InlineData("1 >= 2", false)]
    [InlineData("1 > 1", false)]
    public void Texts_and_numbers_have_an_order(string expression, bool expected) =>
        Assert.Equal($"{expected}", Write($"{{{{ {expression} }}}}"));

    [Theory]
    [InlineData("'' in 'abc'", true)]
    [InlineData("'bc' in 'abc'", true)]
    [InlineData("'A' in 'abc'", false)]
    [InlineData("'a' in {'a': none}", true)]
    [InlineData("'b' in {'a': 1}", false)]
    [InlineData("1 in {'1': 1}", false)]
    [InlineData("1 in [2, 1.0]", true)]
    [InlineData("'x' in []", false)]
    [InlineData("[1] in [[2], [1]]", true)]
    [InlineData("'a' in nothing", false)]
    [InlineData("'a' not in nothing", true)]
    public void Something_is_in_something(string expression, bool expected) =>
        Assert.Equal($"{expected}", Write($"{{{{ {expression} }}}}"));

    [Theory]
    [InlineData("'abc'[0] ~ 'abc'[2]", "ac")]
    [InlineData("'abc'[-1] ~ 'abc'[-3]", "ca")]
    [InlineData("'abc'[3] is undefined and 'abc'[-4] is undefined", "True")]
    [InlineData("[1, 2][1] ~ [1, 2][-2]", "21")]
    [InlineData("[1, 2][2] is undefined and [1, 2][-3] is undefined", "True")]
    [InlineData("{'a': 1}.b is undefined", "True")]
    [InlineData("none.a is undefined and none[0] is undefined", "True")]
    [InlineData("'abc'.x is undefined and [1]['x'] is undefined", "True")]
    [InlineData("[1, 2, 3][-2:] | join", "23")]
    [InlineData("[1, 2, 3][:-1] | join", "12")]
    [InlineData("[1, 2, 3][1:2] | join", "2")]
    [InlineData("[1, 2, 3][::1] | join", "123")]
    [InlineData("[1, 2, 3][1::] | join", "23")]
    [InlineData("[1, 2, 3][::-1] | join", "321")]
    [InlineData("[1, 2, 3][2:1] | length", "0")]
    [InlineData("[1, 2, 3][5:] | length", "0")]
    [InlineData("'abc'[-9:2]", "ab")]
    [InlineData("'abc'[1:9]", "bc")]
    [InlineData("'abc'[-2:-1]", "b")]
    public void Items_and_parts_are_those_of_Python(string expression, string expected) =>
        Assert.Equal(expected, Write($"{{{{ {expression} }}}}"));

    [Theory]
    [InlineData("6 / 2", "3.0")]
    [InlineData("-7 / 2", "-3.5")]
    [InlineData("7 // 2", "3")]
    [InlineData("-7 // 2", "-4")]
    [InlineData("7.5 // 2", "3.0")]
    [InlineData("7 % -3", "-2")]
    [InlineData("-7 % 3", "2")]
    [InlineData("7.5 % 2", "1.5")]
    [InlineData("true + 1", "2")]
    [InlineData("true + true", "2")]
    [InlineData("true - false", "1")]
    [InlineData("2 * 2.5", "5.0")]
    [InlineData("1.5 - 1", "0.5")]
    [InlineData("3 * 0", "0")]
    [InlineData("3 + 0", "3")]
    [InlineData("3 - 0", "3")]
    [InlineData("4503599627370495 + 1", "4503599627370496")]
    [InlineData("-4503599627370495 - 1", "-4503599627370496")]
    public void Numbers_are_calculated_as_in_Python(string expression, string expected) =>
        Assert.Equal(expected, Write($"{{{{ {expression} }}}}"));

    [Theory]
    [InlineData("2.0", "2.0")]
    [InlineData("-0.5", "-0.5")]
    [InlineData("0.1 + 0.2", "0.30000000000000004")]
    [InlineData("0.0001", "0.0001")]
    [InlineData("0.00001", "1e-05")]
    [InlineData("0.000012345", "1.2345e-05")]
    [InlineData("100000000000000.0", "100000000000000.0")]
    [InlineData("1000000000000000.0", "1000000000000000.0")]
    [InlineData("-1000000000000000.0", "-1000000000000000.0")]
    [InlineData("1000000000000000.125", "1000000000000000.1")]
    [InlineData("-1234567890123456.0", "-1234567890123456.0")]
    [InlineData("9999999999999998.0", "9999999999999998.0")]
    [InlineData("10000000000000000.0", "1e+16")]
    [InlineData("-20000000000000000.0", "-2e+16")]
    [InlineData("12345678901234568.0", "1.2345678901234568e+16")]
    [InlineData("-12345678901234568.0", "-1.2345678901234568e+16")]
    [InlineData("100000000000000000.0", "1e+17")]
    [InlineData("123456789012345678.0", "1.2345678901234568e+17")]
    public void A_real_number_is_written_as_in_Python(string number, string expected)
    {
        using var culture = new DecimalComma();
        Assert.Equal(expected, Write($"{{{{ {number} }}}}"));
    }

    [Fact]
    public void What_no_real_number_can_hold_is_written_as_in_Python()
    {
        var huge = $"{new string('9', 310)}.0";
        Assert.Equal("inf -inf nan", Write($"{{{{ {huge} }}}} {{{{ -{huge} }}}} {{{{ {huge} - {huge} }}}}"));
    }

    [Fact]
    public void A_dictionary_is_gone_through_by_its_keys() => Assert.Equal("ab 2 a+b a b",
        Write("{% set m = {'a': 1, 'b': 2} %}{% for k in m %}{{ k }}{% endfor %} {{ m | length }}" +
            " {{ m | join('+') }} {{ m | first }} {{ m | last }}"));

    [Fact]
    public void What_is_not_there_has_no_items() =>
        Assert.Equal("0||", Write("{{ nothing | length }}|{% for x in nothing %}{{ x }}{% endfor %}" +
            "{{ nothing | first }}|{{ nothing | join(',') }}"));

    [Theory]
    [InlineData("none < true", "compares None with a truth value")]
    [InlineData("1 > 'a'", "compares a number with a text")]
    [InlineData("'a' <= 1.5", "compares a text with a number")]
    [InlineData("[] >= {}", "compares a list with a dictionary")]
    [InlineData("namespace < nothing", "compares a function with something that is not there")]
    [InlineData("'a' in 1", "looks for something in a number")]
    [InlineData("'a' in none", "looks for something in None")]
    [InlineData("1 in 'a'", "looks for something in a text")]
    [InlineData("nothing.a", "asks for 'a' of something that is not there")]
    [InlineData("nothing[1]", "asks for '1' of something that is not there")]
    [InlineData("5[0]", "asks for an item of a number by a number")]
    [InlineData("5.a", "asks for an item of a number by a text")]
    [InlineData("'a'[none]", "asks for an item of a text by None")]
    [InlineData("5[1:]", "takes a part of a number")]
    [InlineData("[1][::2]", "takes a part in steps of 2")]
    [InlineData("[1][::0]", "takes a part in steps of 0")]
    [InlineData("[1, 2][0::-1]", "takes a part backwards")]
    [InlineData("[1, 2][:0:-1]", "takes a part backwards")]
    [InlineData("'ab'[::-1]", "turns a text around")]
    [InlineData("[1]['a':]", "has a text where a whole number is expected")]
    [InlineData("[1][:1.0]", "has a number where a whole number is expected")]
    [InlineData("1 / 0", "divides by 0")]
    [InlineData("1 % 0", "divides by 0")]
    [InlineData("1.5 // false", "divides by 0")]
    [InlineData("1 + none", "calculates with a number and None")]
    [InlineData("[1] + 'a'", "calculates with a list and a text")]
    [InlineData("namespace", "writes a function as a text")]
    [InlineData("{}", "writes a dictionary as a text")]
    [InlineData("1 | list", "goes through a number")]
    [InlineData("'a' | list", "goes through a text")]
    public void What_cannot_be_done_with_a_value_is_named(string expression, string what) =>
        Expect.Error(EosErrors.ChatTemplate, () => Write($"\n{{{{ {expression} }}}}"), $"EOS1017: Line 2 of the chat template {what}.");

    private static string Write(string template) => JinjaTemplate.Parse(template).Render([]).Text;
}
