namespace EosMLNet.Tests.Datasets;

public sealed class TsvCellTests
{
    [Theory]
    [InlineData("a\tb\nc\r\nd\re", "a b c d e")]
    [InlineData("\t\t\n\n", "    ")]
    [InlineData(" \"a\", b ", " \"a\", b ")]
    [InlineData("", "")]
    public void A_text_stays_in_its_cell(string text, string expected) => Assert.Equal(expected, TsvCell.Of(text));

    [Theory]
    [InlineData(0, "0")]
    [InlineData(2, "2")]
    [InlineData(0.5, "0.5")]
    [InlineData(-12.25, "-12.25")]
    [InlineData(0.12346, "0.1235")]
    [InlineData(0.00004, "0")]
    [InlineData(0.99996, "1")]
    [InlineData(1234567.0625, "1234567.0625")]
    public void A_number_has_four_digits_behind_the_point_at_most_in_every_culture(double value, string expected)
    {
        using var culture = new DecimalComma();
        Assert.Equal(expected, TsvCell.Of(value));
    }
}
