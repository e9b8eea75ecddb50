using EosMLNet.Evaluation.Benchmarks;

namespace EosMLNet.Tests.Evaluation.Benchmarks;

public sealed class ImageTsvTests : IDisposable
{
    private const string Header = "index\timage\tquestion\tanswer\n";
    private const string GetAnew = "Get the benchmark's file anew; build/docs/benchmarks-data.md says which.";
    private const int LongestText = 1 << 20;
    private const long LongestImage = RgbImage.LargestFile / 3 * 4;
    private readonly BenchmarkFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("x\ty\n", "the header lacks index, question, answer, image; it has x, y.")]
    [InlineData("question\tindex\timage\tA\n", "the header lacks answer; it has question, index, image, A.")]
    [InlineData("index\timage\tindex\n", "the header names a column twice.")]
    public void A_header_that_lacks_a_column_is_told_which(string header, string fault) => CheckFault(header, 1, $"{fault} {GetAnew}");

    [Fact]
    public void Of_a_long_header_the_first_thirty_columns_are_named()
    {
        string[] columns = [.. Enumerable.Range(1, 31).Select(i => $"c{i}")];
        CheckFault(string.Join('\t', columns) + "\n", 1,
            $"the header lacks index, question, answer, image; it has {string.Join(", ", columns[..30])}. {GetAnew}");
    }

    [Fact]
    public void An_empty_file_is_a_fault()
    {
        var (error, file) = Fault("\n\r\n");
        Assert.Equal(($"EOS1012: '{file}' is empty; expected a header and rows.", file), (error.Message, error.File));
    }

    [Fact]
    public void A_file_that_cannot_be_opened_is_a_fault()
    {
        var missing = Path.Combine(folder.Path, "x.tsv");
        foreach (var path in (string[])[missing, folder.Path])
        {
            var error = Assert.Throws<EosException>(() => ImageTsv.Read(path).Count());
            Assert.Equal(($"EOS1001: '{path}' cannot be read: {error.InnerException!.Message} " +
                "build/docs/benchmarks-data.md says which files the benchmark needs.", path), (error.Message, error.File));
        }
    }

    [Fact]
    public void A_text_is_read_whole_up_to_a_mebibyte()
    {
        foreach (var length in (int[])[1000, LongestText])
        {
            var text = new string('x', length);
            var row = Assert.Single(ImageTsv.Read(Write(Header + $"0\t1\t{text}\tA\n")));
            Assert.Equal((text, "A"), (row.Text("question"), row.Text("answer")));
        }
        CheckFault(Header + $"0\t1\t{new string('x', LongestText + 1)}\tA\n", 2, $"a cell of more than 1048576 bytes. {GetAnew}");
    }

    [Fact]
    public void An_image_may_be_longer_than_any_text_but_not_than_what_can_be_decoded()
    {
        Assert.Single(ImageTsv.Read(Write(Header + $"0\t{new string('A', LongestText + 4)}\t?\tA\n")));
        var file = Write(Header + "0\t");
        using (var handle = File.OpenHandle(file, FileMode.Open, FileAccess.Write))
            RandomAccess.SetLength(handle, RandomAccess.GetLength(handle) + LongestImage + 1);
        Assert.Equal($"EOS1011: '{file}' line 2: a cell of more than {LongestImage} bytes. {GetAnew}",
            Assert.Throws<EosException>(() => ImageTsv.Read(file).Count()).Message);
    }

    // More than the reader has at a time, and its beginning ends in the middle of what it reads at once.
    [Fact]
    public void Of_an_address_the_beginning_is_shown_however_long_it_is()
    {
        var address = "https://example.org/" + new string('a', 200_000);
        CheckFault(Header + $"0\t{address}\t?\tA\n", 2,
            $"'image' is the address '{address[..128]}', which is not fetched, expected the image in Base64. {GetAnew}");
        CheckFault(Header + "0\thttp://example.org/1.png\t?\tA\n", 2,
            $"'image' is the address 'http://example.org/1.png', which is not fetched, expected the image in Base64. {GetAnew}");
    }

    [Theory]
    [InlineData("data:,x", "data:,x")]
    [InlineData("data:image/svg+xml;charset=utf-8;version=1.1,rest", "data:image/svg+xml;charset=utf-8;version")]
    public void A_data_URI_without_Base64_is_shown_up_to_forty_characters(string image, string shown) => CheckFault(
        Header + $"0\t{image}\t?\tA\n", 2, $"'image' begins with '{shown}': a data: URI that is not in Base64. {GetAnew}");

    [Fact]
    public void Images_far_behind_in_a_file_are_found()
    {
        var row = $"\t{new string('x', 70_000)}\tA\n";
        folder.Write("MMStar.tsv", Header + $"0\t{BenchmarkFolder.Base64(1)}{row}1\t{BenchmarkFolder.Base64(2)}{row}" +
            $"2\t['{BenchmarkFolder.Base64(3)}']{row}");
        Assert.Equal([1, 2, 3], folder.Load("mmstar").Images.Select(image => (int)image.Load().Pixels.Span[0]));
    }

    [Fact]
    public void Lines_within_a_text_and_within_an_image_count()
    {
        var image = string.Join("\r\n", BenchmarkFolder.Base64(5).Chunk(20).Select(part => new string(part)));
        folder.Write("MMStar.tsv", Header + $"0\t\"{image}\"\t\"Two\nlines?\"\tA\n1\tnone\tWhich?\tA\n");
        var rows = 1 + image.Count(mark => mark == '\n') + 1;
        Assert.Equal($"EOS1011: '{Path.Combine(folder.Path, "MMStar.tsv")}' line {2 + rows}: " +
            $"'image' is 'none', which is neither an image in Base64 nor the index of a row that has one. {GetAnew}",
            Assert.Throws<EosException>(() => folder.Load("mmstar")).Message);
        folder.Write("MMStar.tsv", Header + $"0\t\"{image}\"\t?\tA\n");
        Assert.Equal(5, folder.Load("mmstar").Images.Single().Load().Pixels.Span[0]);
    }

    [Fact]
    public void A_text_that_is_not_UTF8_is_a_fault()
    {
        var file = folder.Write("x.tsv", [.. "index\timage\n0\t1\n1\t"u8, 0xE9, (byte)'\n']);
        Assert.Equal($"EOS1011: '{file}' line 3: this is not UTF-8 text; get the file anew.",
            Assert.Throws<EosException>(() => ImageTsv.Read(file).Count()).Message);
    }

    [Fact]
    public void A_file_that_becomes_shorter_while_it_is_read_is_a_fault()
    {
        if (OperatingSystem.IsWindows())
            return; // nobody can shorten a file that is being read
        var file = Write(Header + $"0\t1\t?\tA\n1\t['{BenchmarkFolder.Base64(2)}']\t?\tA\n");
        using var rows = ImageTsv.Read(file).GetEnumerator();
        Assert.True(rows.MoveNext());
        using (var handle = File.OpenHandle(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            RandomAccess.SetLength(handle, 0);
        Assert.Equal($"EOS1011: '{file}' line 3: a cell that became shorter while it was read. {GetAnew}",
            Assert.Throws<EosException>(() => rows.MoveNext()).Message);
    }

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void Up_to_64_characters_name_the_row_that_has_the_image(int length, bool names)
    {
        var index = new string('7', length);
        folder.Write("MMStar.tsv", Header + $"{index}\t{BenchmarkFolder.Base64(1)}\t?\tA\n1\t{index}\t?\tA\n");
        Assert.Equal(names ? [0, 0] : [0, 1], folder.Load("mmstar").Questions.Select(q => Assert.Single(q.Images)));
    }

    [Fact]
    public void In_a_list_of_several_up_to_64_characters_are_no_image()
    {
        var index = new string('7', 64);
        folder.Write("MMStar.tsv", Header + $"0\t['{BenchmarkFolder.Base64(1)}', '{index}']\t?\tA\n");
        Assert.Equal($"EOS1011: '{Path.Combine(folder.Path, "MMStar.tsv")}' line 2: " +
            $"'image' is a list of 2 with '{index}' in it, expected each image in Base64. {GetAnew}",
            Assert.Throws<EosException>(() => folder.Load("mmstar")).Message);
    }

    private void CheckFault(string table, int line, string fault)
    {
        var (error, file) = Fault(table);
        Assert.Equal(($"EOS1011: '{file}' line {line}: {fault}", file, line), (error.Message, error.File, error.Line));
    }

    private (EosException Error, string File) Fault(string table)
    {
        var file = Write(table);
        return (Assert.Throws<EosException>(() => ImageTsv.Read(file, "index", "question", "answer").Count()), file);
    }

    private string Write(string table) => folder.Write("x.tsv", table);
}
