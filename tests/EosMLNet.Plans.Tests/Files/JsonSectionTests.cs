using EosMLNet.Files;

namespace EosMLNet.Tests.Files;

public sealed class JsonSectionTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Values_are_read_by_name()
    {
        var json = Of("""
            {"int": -3, "number": 0.5, "whole": 2, "flag": true, "off": false, "text": "a", "ints": [1, 2], "one": 7, "numbers": [1, 0.25],
             "section": {"deep": {"int": 9}}, "sections": [{"int": 1}, {"int": 2}], "null": null}
            """);
        Assert.Equal((-3, 0.5, 2.0, true, false, "a"), (json.Int("int", 1), json.Number("number", 1), json.Number("whole", 1), json.Flag("flag", false), json.Flag("off", true), json.Text("text")));
        Assert.Equal([1, 2], json.Ints("ints")!);
        Assert.Equal([7], json.Ints("one")!);
        Assert.Equal([1, 0.25], json.Numbers("numbers")!);
        Assert.Equal(9, json.Section("section").Section("deep").Int("int", 0));
        Assert.Equal([1, 2], json.Sections("sections").Select(section => section.Int("int", 0)));
        Assert.Equal(12, json.Names.Count());
        Assert.Equal(folder["a.json"], json.File);
    }

    [Fact]
    public void An_unsupported_number_has_a_point_in_every_culture()
    {
        using var culture = new DecimalComma();
        Assert.EndsWith(" is 0.5, expected 1.", Of("{}").Unsupported("x", 0.5, "1").Message);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"x": null}""")]
    public void What_is_omitted_or_null_has_its_default(string text)
    {
        var json = Of(text);
        Assert.Null(json.Find("x"));
        Assert.Equal((5, 2.5, true, false), (json.Int("x", 5), json.Number("x", 2.5), json.Flag("x", true), json.Flag("x", false)));
        Assert.Null(json.Text("x"));
        Assert.Null(json.Ints("x"));
        Assert.Null(json.Numbers("x"));
        Assert.Empty(json.Section("x").Names);
        Assert.Empty(json.Sections("x"));
    }

    public static TheoryData<string, string, Action<JsonSection>> Wrong => new()
    {
        { "\"3\"", "an integer", json => json.Int("x", 0) },
        { "1.5", "an integer", json => json.Int("x", 0) },
        { "3000000000", "an integer", json => json.Int("x", 0) },
        { "[]", "a number", json => json.Number("x", 0) },
        { "1e999", "a number", json => json.Number("x", 0) },
        { "1", "true or false", json => json.Flag("x", false) },
        { "1", "a string", json => json.Text("x") },
        { "\"a\"", "an integer", json => json.Ints("x") },
        { "[1, 1.5]", "an integer", json => json.Ints("x") },
        { "[1, \"a\"]", "a list of numbers", json => json.Numbers("x") },
        { "1", "a list of numbers", json => json.Numbers("x") },
        { "[]", "an object", json => json.Section("x") },
        { "{}", "a list of objects", json => json.Sections("x") },
        { "[{}, 1]", "a list of objects", json => json.Sections("x") },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_value_of_another_kind_is_named_with_what_was_expected(string value, string expected, Action<JsonSection> read) =>
        Expect.Error(EosErrors.MalformedJson, () => read(Of($$"""{"x": {{value}}}""")), "'x' of ", "a.json", $"expected {expected}.");

    [Fact]
    public void A_field_is_named_with_the_way_to_it()
    {
        var json = Of("""{"a": {"b": [{}, {"x": "y"}]}}""");
        var inner = json.Section("a").Sections("b").Last();
        Assert.Equal($"'a.b[1].x' of '{json.File}'", inner.Describe("x"));
        Expect.Error(EosErrors.MalformedJson, () => inner.Int("x", 0), "'a.b[1].x'", "is \"y\", expected an integer.");
        Assert.Equal($"'none.x' of '{json.File}'", json.Section("none").Describe("x"));
        var unsupported = inner.Unsupported("x", null, "a better one");
        Assert.Equal((EosErrors.UnsupportedModel, json.File), (unsupported.Code, unsupported.File));
        Assert.Contains("'a.b[1].x'", unsupported.Message);
        Assert.Contains("is missing, expected a better one.", unsupported.Message);
        Assert.Contains("is 7, expected", inner.Unsupported("x", 7, "8").Message);
    }

    [Fact]
    public void All_fields_of_an_object_may_be_integers()
    {
        Assert.Equal([("a", 1), ("b", -2)], Of("""{"a": 1, "b": -2}""").Integers().Select(field => (field.Key, field.Value)));
        Expect.Error(EosErrors.MalformedJson, () => Of("""{"a": 1, "b": null}""").Integers().ToList(), "'b'", "null", "an integer");
    }

    [Theory]
    [InlineData("[1]", "holds a JSON Array, expected an object")]
    [InlineData("{\n\"a\": }", "at line 2, byte 6")]
    [InlineData("{\"a\": 1, \"a\": 2}", "is not valid JSON")]
    [InlineData("", "is not valid JSON at line 1")]
    public void What_is_no_object_is_refused(string text, string says) => Expect.Error(EosErrors.MalformedJson, () => Of(text), "a.json", says);

    [Fact]
    public void A_fault_names_the_file_and_the_line()
    {
        var error = Assert.Throws<EosException>(() => Of("{\n\n  nonsense"));
        Assert.Equal((folder["a.json"], 3), (error.File, error.Line));
        Assert.NotNull(error.InnerException);
    }

    [Fact]
    public void Depth_and_length_are_limited()
    {
        Of($"{{\"a\": {new string('[', 31)}{new string(']', 31)}}}");
        Expect.Error(EosErrors.MalformedJson, () => Of($"{{\"a\": {new string('[', 32)}{new string(']', 32)}}}"), "is not valid JSON");
        var file = folder.Write("b.json", "{\"a\":1}");
        JsonSection.Read(file, maximumBytes: 7);
        Expect.Error(EosErrors.MalformedJson, () => JsonSection.Read(file, maximumBytes: 6), "b.json", "has 7 bytes", "more than the 6");
    }

    [Fact]
    public void A_file_that_is_not_there_is_null_or_an_error()
    {
        Assert.Null(JsonSection.ReadIfExists(folder["none.json"]));
        Assert.Equal(1, JsonSection.ReadIfExists(folder.Write("b.json", "{\"a\":1}"))!.Int("a", 0));
        Expect.Error(EosErrors.FileMissing, () => JsonSection.Read(folder["none.json"]), "none.json", "does not exist");
    }

    [Fact]
    public void Long_values_are_shown_by_their_beginning()
    {
        var json = Of($$"""{"long": "{{new string('a', 59)}}", "short": "{{new string('a', 58)}}"}""");
        Assert.Equal($"\"{new string('a', 59)}...", JsonSection.Excerpt(json.Find("long")!.Value));
        Assert.Equal($"\"{new string('a', 58)}\"", JsonSection.Excerpt(json.Find("short")!.Value));
    }

    private JsonSection Of(string text) => JsonSection.Read(folder.Write("a.json", text));
}
