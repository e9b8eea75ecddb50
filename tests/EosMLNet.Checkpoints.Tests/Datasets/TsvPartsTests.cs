using EosMLNet.Tests.Images;

namespace EosMLNet.Tests.Datasets;

public sealed class TsvPartsTests : IDisposable
{
    private const string Header = "Question\tImagePath";
    private readonly TemporaryFolder folder = new();

    public TsvPartsTests() =>
        File.WriteAllBytes(folder["a.png"], PngBytes.Make(1, 1, PngBytes.Gray, [1]));

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("\n", 1)]
    [InlineData("\n", 3)]
    [InlineData("\r\n", 3)]
    [InlineData("\r", 2)]
    [InlineData("\n\n", 4)]
    [InlineData("\r\n\r\n", 2)]
    [InlineData("\n", 100)]
    public void The_parts_have_all_rows_of_the_table_once_and_know_their_lines(string end, int rows)
    {
        var texts = Enumerable.Range(0, 10).Select(row => $"wie groß ist Nr. {row}?");
        foreach (var (first, last) in new[] { ("", ""), (end, end), ("\ufeff", "") })
        {
            var table = folder.Write("rows.tsv", first + string.Join(end, texts.Select(text => $"{text}\ta.png").Prepend(Header)) + last);
            var whole = VqaDataset.LoadTsv(table, folder.Path, answers: false).Examples;
            var parts = TsvParts.Of(table, rows).ToArray();
            Assert.Equal((10 + rows - 1) / rows, parts.Length);
            Assert.All(parts.SkipLast(1), part => Assert.Equal(rows, part.Rows));
            Assert.Equal(parts.Select((_, i) => 1L + i * rows), parts.Select(part => part.Row));
            var read = parts.SelectMany(part => VqaDataset.LoadTsvPart(table, part, folder.Path, answers: false).Examples).ToArray();
            Assert.Equal(whole.Select(row => (row.Question, row.Line)), read.Select(row => (row.Question, row.Line)));
        }
    }

    [Fact]
    public void A_table_of_a_header_alone_has_no_parts() => Assert.Empty(TsvParts.Of(folder.Write("rows.tsv", $"{Header}\n\n"), 5));

    [Fact]
    public void Rows_that_lie_across_the_reader_s_buffers_are_whole()
    {
        var table = folder.Write("rows.tsv", Header + "\n" +
            string.Concat(Enumerable.Range(0, 3000).Select(row => $"{new string('x', row % 97)} {row}?\ta.png\n")));
        var parts = TsvParts.Of(table, 700).ToArray();
        Assert.Equal([700, 700, 700, 700, 200], parts.Select(part => part.Rows));
        Assert.Equal(new FileInfo(table).Length, parts[^1].Offset + parts[^1].Length);
        Assert.EndsWith(" 2100?", VqaDataset.LoadTsvPart(table, parts[3], folder.Path, answers: false).Examples[0].Question);
    }

    [Fact]
    public void A_table_that_was_changed_since_is_noticed()
    {
        var table = folder.Write("rows.tsv", $"{Header}\nred?\ta.png\nbig?\ta.png\n");
        var part = TsvParts.Of(table, 1).Last();
        File.WriteAllText(table, $"{Header}\nred?\ta.png\nold?\ta.png\n");
        Expect.Error(EosErrors.DatasetRow, () => VqaDataset.LoadTsvPart(table, part, folder.Path, answers: false), "line 3", "changed");
        File.WriteAllText(table, Header);
        Expect.Error(EosErrors.DatasetRow, () => VqaDataset.LoadTsvPart(table, part, folder.Path, answers: false), "changed");
    }

    [Fact]
    public void A_table_that_was_changed_since_is_named_with_the_line_of_the_part()
    {
        var table = folder.Write("rows.tsv", $"{Header}\nred?\ta.png\nbig?\ta.png\n");
        var part = TsvParts.Of(table, 1).Last();
        File.WriteAllText(table, $"{Header}\nred?\ta.png\n");
        var error = Assert.Throws<EosException>(() => VqaDataset.LoadTsvPart(table, part, folder.Path, answers: false));
        Assert.Equal((table, "the rows from line 3 on were changed since the table was divided into parts; leave a table alone while it " +
            "is read, and begin anew."), (error.File, error.Detail));
    }

    [Fact]
    public void Dividing_can_be_cancelled_before_each_row()
    {
        using var cancellation = new CancellationTokenSource();
        var table = folder.Write("rows.tsv", $"{Header}\nred?\ta.png\nbig?\ta.png\nold?\ta.png\n");
        using var parts = TsvParts.Of(table, 1, cancellation.Token).GetEnumerator();
        Assert.True(parts.MoveNext());
        cancellation.Cancel();
        Assert.Throws<OperationCanceledException>(() => parts.MoveNext());
    }

    [Fact]
    public void A_part_has_a_row_at_least() =>
        Expect.Error(EosErrors.InvalidOption, () => TsvParts.Of(folder["rows.tsv"], 0), "rows of a part are 0");

    [Fact]
    public void A_table_that_is_missing_is_named() =>
        Assert.Equal(folder["none.tsv"], Assert.Throws<EosException>(() => TsvParts.Of(folder["none.tsv"], 1).ToArray()).File);
}
