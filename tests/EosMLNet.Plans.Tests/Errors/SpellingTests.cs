namespace EosMLNet.Tests.Errors;

public class SpellingTests
{
    [Theory]
    [InlineData("search", "serach", 1)]
    [InlineData("search", "search", 0)]
    [InlineData("", "abc", 3)]
    [InlineData("kitten", "sitting", 3)]
    public void The_distance_counts_slips_of_the_fingers(string a, string b, int expected)
    {
        Assert.Equal(expected, Spelling.Distance(a, b));
        Assert.Equal(expected, Spelling.Distance(b, a));
    }

    [Theory]
    [InlineData("fasv", " Did you mean 'fastv'?")]
    [InlineData("FASTV", " Did you mean 'fastv'?")]
    [InlineData("frobnicate", "")]
    public void A_name_that_is_near_is_suggested(string name, string expected) => Assert.Equal(expected, Spelling.Suggestion(name, ["dart", "fastv"]));

    [Fact]
    public void Nothing_is_suggested_where_no_name_is_known() => Assert.Equal("", Spelling.Suggestion("a", []));
}
