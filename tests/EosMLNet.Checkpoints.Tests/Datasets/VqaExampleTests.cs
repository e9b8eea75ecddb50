namespace EosMLNet.Tests.Datasets;

public sealed class VqaExampleTests
{
    private static readonly VqaExample Row = new([3, 4], "What?", "red", "colour") { File = "a.tsv", ImagePath = "a.png", Line = 7 };

    [Fact]
    public void Rows_that_say_the_same_are_one_wherever_they_were_read()
    {
        var same = new VqaExample([3, 4], "What?", "red", "colour") { File = "b.tsv", ImagePath = "b.png", Line = 8 };
        Assert.True(Row.Equals(same));
        Assert.Equal(Row.GetHashCode(), same.GetHashCode());
        Assert.Same(Row, Assert.Single(new HashSet<VqaExample>([Row, same])));
        Assert.Equal(new VqaExample([5], "What?", "red", ""), new VqaExample(5, "What?", "red", ""));
    }

    [Fact]
    public void Rows_that_differ_in_what_they_say_are_several()
    {
        VqaExample[] others =
        [
            Row with { Images = [3] }, Row with { Images = [4, 3] }, Row with { Images = [3, 5] }, Row with { Question = "Where?" },
            Row with { Answer = "blue" }, Row with { Family = "" },
        ];
        Assert.All(others, other => Assert.False(Row.Equals(other)));
        Assert.False(Row.Equals(null));
        Assert.Equal(7, new HashSet<VqaExample>([Row, .. others]).Count);
    }
}
