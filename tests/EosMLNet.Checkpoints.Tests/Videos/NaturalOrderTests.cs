using FsCheck.Xunit;

namespace EosMLNet.Tests.Videos;

public sealed class NaturalOrderTests
{
    [Fact]
    public void Numbers_in_names_count_as_numbers()
    {
        string[] sorted = ["1.png", "2.png", "10.png", "a", "A2", "a10b9", "a10b10", "b-9999999999999999999999", "b-10000000000000000000000", "frame", "frame_2", "frame_10"];
        string[] mixed = [.. sorted.OrderBy(name => name.Length).ThenBy(name => name, StringComparer.Ordinal)];
        Assert.NotEqual(sorted, mixed);
        Assert.Equal(sorted, mixed.OrderBy(name => name, NaturalOrder.Instance));
    }

    [Fact]
    public void Equal_numbers_are_in_ordinal_order() =>
        Assert.Equal(["a01", "a1", "b"], new[] { "b", "a1", "a01" }.OrderBy(name => name, NaturalOrder.Instance));

    [Theory]
    [InlineData(null, null, 0)]
    [InlineData(null, "", 0)]
    [InlineData(null, "a", -1)]
    [InlineData("frame", "frame_2", -1)]
    [InlineData("frame7", "frame7_", -1)]
    [InlineData("1b", "2a", -1)] // numbers of as many digits
    [InlineData("x12b", "x13a", -1)]
    public void The_first_difference_decides_and_the_shorter_name_is_first(string? a, string? b, int order) => Assert.Equal(
        (order, -order), (Math.Sign(NaturalOrder.Instance.Compare(a, b)), Math.Sign(NaturalOrder.Instance.Compare(b, a))));

    [Property(MaxTest = 1000)]
    public bool It_is_an_order(string? a, string? b, byte x, byte y)
    {
        var (p, q) = ($"{a}{x}{b}", $"{b}{y}{a}");
        var (there, back) = (NaturalOrder.Instance.Compare(p, q), NaturalOrder.Instance.Compare(q, p));
        return Math.Sign(there) == -Math.Sign(back) && there == 0 == (p == q) && NaturalOrder.Instance.Compare(p, p) == 0;
    }
}
