using EosMLNet.Tool.CommandLine;
using FsCheck.Xunit;

namespace EosMLNet.Tool.Tests.CommandLine;

public class TextTableTests
{
    [Fact]
    public void Numbers_stand_right_and_texts_left()
    {
        Assert.Equal(
        [
            "  layer  keep  regime",
            "  -----  ----  ------",
            "      0   100  Merge",
            "     12     4  Prune",
        ], TextTable.Lines(["layer", "keep", "regime"], [["0", "100", "Merge"], ["12", "4", "Prune"]], 80, "-"));
    }

    [Fact]
    public void A_text_that_is_too_long_goes_on_in_its_cell()
    {
        Assert.Equal(
        [
            "  layer  mixture",
            "  -----  -----------------",
            "      3  Probe 0.5,",
            "         TextRelevance 0.3",
            "      4  Probe 1",
        ], TextTable.Lines(["layer", "mixture"], [["3", "Probe 0.5, TextRelevance 0.3"], ["4", "Probe 1"]], 26, "-"));
    }

    [Fact]
    public void Columns_that_do_not_fit_go_on_below_beside_the_first_one()
    {
        Assert.Equal(
        [
            "  plan  one  two",
            "  ----  ---  ---",
            "  a       1    2",
            "  plan  three",
            "  ----  -----",
            "  a         3",
        ], TextTable.Lines(["plan", "one", "two", "three"], [["a", "1", "2", "3"]], 20, "-"));
    }

    [Theory]
    [InlineData("", 5, "")]
    [InlineData("a b c", 3, "a b|c")]
    [InlineData("abcdefgh ij", 3, "abc|def|gh|ij")]
    public void Texts_break_between_words(string text, int width, string expected) => Assert.Equal(expected.Split('|'), TextTable.Broken(text, width));

    [Property]
    public bool No_line_is_wider_than_asked_for(byte columns, byte rows, int seed)
    {
        var random = new Random(seed);
        string[] headings = [.. Enumerable.Range(0, 1 + columns % 12).Select(_ => Text())];
        string[][] cells = [.. Enumerable.Range(0, rows % 8).Select(_ => headings.Select(_ => random.Next(3) == 0 ? $"{random.Next(1_000_000)}" : Text()).ToArray())];
        var lines = TextTable.Lines(headings, cells, 80, "─").ToArray();
        return lines.All(line => line.Length <= 80) && cells.SelectMany(row => row).SelectMany(cell => cell.Split(' ')).All(word => word.Length > 12 || lines.Any(line => line.Contains(word, StringComparison.Ordinal)));

        string Text() => string.Join(' ', Enumerable.Range(0, random.Next(6)).Select(_ => new string((char)('a' + random.Next(26)), random.Next(1, 18))));
    }
}
