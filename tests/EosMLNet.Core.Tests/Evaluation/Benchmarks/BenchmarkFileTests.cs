using EosMLNet.Evaluation.Benchmarks;

namespace EosMLNet.Tests.Evaluation.Benchmarks;

public sealed class BenchmarkFileTests : IDisposable
{
    private const int LongestText = 1 << 20;
    private const long LargestFile = 1L << 29;
    private readonly BenchmarkFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Entries_of_a_list_are_called_by_their_numbers_and_those_of_an_object_by_their_names()
    {
        Assert.Equal([("0", "entry 1"), ("1", "entry 2")], Entries("""["a", "b"]"""));
        Assert.Equal([("x", "entry 'x'"), ("y", "entry 'y'")], Entries("""{"x": 1, "y": 2}"""));
        Assert.Equal([("0", "entry 1")], Entries("""{"info": "v1", "data": [1]}""", "data"));

        IEnumerable<(string, string)> Entries(string json, string? under = null) =>
            BenchmarkFile.Entries(folder.Write("x.json", json), under).Select(one => (one.Key, one.Entry.Entry));
    }

    [Theory]
    [InlineData("3", null, "'FILE' holds a JSON Number; expected a list or an object of questions.")]
    [InlineData("""{"data": "none"}""", "data", "'FILE' holds a JSON String; expected a list or an object of questions.")]
    [InlineData("""{"info": []}""", "data", "'FILE' has no 'data'; expected the file as it was published.")]
    [InlineData("[]", "data", "'FILE' has no 'data'; expected the file as it was published.")]
    public void A_file_without_a_list_of_questions_is_a_fault(string json, string? under, string fault)
    {
        var file = folder.Write("x.json", json);
        CheckFault(EosErrors.DatasetRow, () => BenchmarkFile.Entries(file, under), fault, file);
    }

    [Fact]
    public void What_is_no_JSON_is_said_with_line_and_byte_from_1()
    {
        var file = folder.Write("x.json", "{\n\"a\": \"\\ud800\"}\n");
        CheckFault(EosErrors.MalformedJson, () => BenchmarkFile.Json(file),
            "'FILE' is not valid JSON at line 2, byte 6: A text is not valid Unicode.", file, 2);
        file = folder.Write("x.json", "{}\n\n{\"a\": \"\\ud800\"}\n");
        CheckFault(EosErrors.MalformedJson, () => BenchmarkFile.JsonLines(file).Count(),
            "'FILE' line 3: this is not valid JSON, byte 7: A text is not valid Unicode.", file, 3);
    }

    [Fact]
    public void Lines_end_as_on_any_system_and_a_mark_of_the_encoding_is_no_text()
    {
        Assert.Equal(["one", "two", "", "four", ""], BenchmarkFile.Lines(folder.Write("x.txt", "\uFEFFone\r\ntwo\n\nfour\n")));
        Assert.Equal([1, 3], BenchmarkFile.JsonLines(folder.Write("x.json", "{}\n  \n{}\n")).Select(entry => entry.Line));
    }

    [Fact]
    public void A_text_that_is_not_UTF8_is_a_fault()
    {
        var file = folder.Write("x.txt", [(byte)'a', 0xE9, (byte)'\n']);
        CheckFault(EosErrors.DatasetRow, () => BenchmarkFile.Lines(file), "'FILE': this is not UTF-8 text; get the file anew.", file);
    }

    [Fact]
    public void A_line_may_have_a_million_characters()
    {
        var longest = new string('x', LongestText);
        Assert.Equal(["a", longest, ""], BenchmarkFile.Lines(folder.Write("x.txt", $"a\n{longest}\n")));
        var file = folder.Write("x.txt", $"a\n{longest}y\n");
        CheckFault(EosErrors.DatasetRow, () => BenchmarkFile.Lines(file), "'FILE' line 2: 1048577 characters; expected at most 1048576.",
            file, 2);
    }

    [Fact]
    public void A_file_of_more_than_half_a_gibibyte_is_not_read()
    {
        var file = folder.Write("x.json", "");
        using (var handle = File.OpenHandle(file, FileMode.Open, FileAccess.Write))
            RandomAccess.SetLength(handle, LargestFile + 1);
        CheckFault(EosErrors.DatasetRow, () => BenchmarkFile.Json(file),
            "'FILE' has 536870913 bytes, more than the 536870912 that a question file may have.", file);
    }

    [Fact]
    public void A_file_that_is_not_there_and_one_that_another_program_keeps_are_faults()
    {
        var file = folder.Write("x.json", "[]");
        CheckFault(EosErrors.FileMissing, () => BenchmarkFile.Json(file + "l"),
            "'FILEl' does not exist; build/docs/benchmarks-data.md says which files the benchmark needs.", file, offered: false);
        using var kept = new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        var reason = Assert.Throws<IOException>(() => File.ReadAllBytes(file)).Message;
        CheckFault(EosErrors.FileMissing, () => BenchmarkFile.Json(file), $"'FILE' cannot be read: {reason}", file, offered: false);
    }

    private static void CheckFault(string code, Action read, string fault, string file, int? line = null, bool offered = true)
    {
        var error = Assert.Throws<EosException>(read);
        Assert.Equal(($"{code}: {fault.Replace("FILE", file)}", offered ? file : null, line), (error.Message, error.File, error.Line));
    }
}
