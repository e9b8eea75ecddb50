using System.Text.Json;
using EosMLNet.Evaluation.Benchmarks;

namespace EosMLNet.Tests.Evaluation.Benchmarks;

public class BenchmarkEntryTests
{
    private const string GetAnew = "Get the benchmark's files anew; build/docs/benchmarks-data.md says which.";

    [Theory]
    [InlineData("""{"a": "one"}""", "one")]
    [InlineData("""{"a": 7.50}""", "7.50")]
    [InlineData("""{"a": ""}""", "")]
    [InlineData("""{"a": null}""", null)]
    [InlineData("{}", null)]
    public void A_number_is_a_text_too_and_null_is_none(string json, string? expected) => Assert.Equal(expected, Of(json).Optional("a"));

    [Theory]
    [InlineData("""{"a": ["one", 2]}""", "one|2")]
    [InlineData("""{"a": "one"}""", "one")]
    [InlineData("""{"a": []}""", "")]
    [InlineData("{}", "")]
    public void One_text_is_a_list_of_one(string json, string expected) =>
        Assert.Equal(expected, string.Join('|', Of(json).TextsOrNone("a")));

    [Theory]
    [InlineData("0", 0)]
    [InlineData("2", 2)]
    public void An_index_is_less_than_its_end(string json, int expected) =>
        Assert.Equal(expected, Of($$"""{"a": {{json}}}""").Index("a", 3));

    [Theory]
    [InlineData("3")]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("\"1\"")]
    [InlineData("null")]
    public void What_is_no_index_is_told_the_range(string json) =>
        Assert.Equal($"EOS1011: 'x.json' entry 4: 'a' is not a whole number from 0 to 2. {GetAnew}",
            Message(() => Of($$"""{"a": {{json}}}""").Index("a", 3)));

    [Theory]
    [InlineData(nameof(BenchmarkEntry.Text), "{}", "'a' is missing or empty, expected a text")]
    [InlineData(nameof(BenchmarkEntry.Text), """{"a": ""}""", "'a' is missing or empty, expected a text")]
    [InlineData(nameof(BenchmarkEntry.Text), """{"a": [1]}""", "'a' is a JSON Array, expected a text")]
    [InlineData(nameof(BenchmarkEntry.Text), "[]", "a JSON Array, expected an object")]
    [InlineData(nameof(BenchmarkEntry.Texts), """{"a": []}""", "'a' is missing or empty, expected a list of texts")]
    [InlineData(nameof(BenchmarkEntry.Texts), """{"a": ["one", {}]}""", "'a' holds a JSON Object, expected texts")]
    [InlineData(nameof(BenchmarkEntry.Section), """{"a": 1}""", "'a' is missing, expected an object")]
    [InlineData(nameof(BenchmarkEntry.Section), """{"a": {}}""", "'b' is missing or empty, expected a text")]
    public void A_fault_is_said_with_its_place(string read, string json, string fault)
    {
        Assert.Equal($"EOS1011: 'x.json' entry 4: {fault}. {GetAnew}", Message(() => Read(Of(json))));
        Assert.Equal($"EOS1011: 'x.json' line 9: {fault}. {GetAnew}", Message(() => Read(Of(json) with { Line = 9, Entry = "" })));
        Assert.Equal($"EOS1011: 'x.json': {fault}. {GetAnew}", Message(() => Read(Of(json) with { Entry = "" })));

        object Read(BenchmarkEntry entry) => read switch
        {
            nameof(BenchmarkEntry.Text) => entry.Text("a"),
            nameof(BenchmarkEntry.Texts) => entry.Texts("a"),
            _ => entry.Section("a").Text("b"),
        };
    }

    [Fact]
    public void A_fault_offers_its_file_and_line()
    {
        var (entry, line) = (Of("{}").Bad("wrong"), (Of("{}") with { Line = 9 }).Bad("wrong"));
        Assert.Equal(("x.json", null, "x.json", 9), (entry.File, entry.Line, line.File, line.Line));
    }

    private static BenchmarkEntry Of(string json) => new("x.json", null, "entry 4", JsonDocument.Parse(json).RootElement);

    private static string Message(Action read) => Assert.Throws<EosException>(read).Message;
}
