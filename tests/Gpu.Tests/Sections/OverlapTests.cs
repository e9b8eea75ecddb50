using Gpu.Sections;

namespace Gpu.Tests.Sections;

public class OverlapTests
{
    private static readonly long[][][] Kept = [[[0, 1, 2, 3], [0, 1, 2, 3]], [[0, 1], [2, 3]]];
    private static readonly long[][][] Other = [[[0, 1, 2, 3], [0, 1, 2, 5]], [[0, 1], [2, 5]]];

    [Fact]
    public void It_is_the_share_of_an_images_tokens_over_all_sites()
    {
        Assert.Equal(1, Overlap.Of(Kept, Other, 0));
        Assert.Equal(4.0 / 6, Overlap.Of(Kept, Other, 1), 1e-12);
        Assert.Equal(1, Overlap.Of([], [], 0)); // an unreduced model keeps all
    }

    [Theory]
    [InlineData(0.1, 0.1, true)]    // both within the limit
    [InlineData(0.1, 9, true)]      // the second image has other tokens: nothing is said of its logits
    [InlineData(9, 0.1, false)]     // the first has the same tokens and other logits
    [InlineData(double.NaN, 0.1, false)]
    public void Only_images_with_the_same_tokens_fail(double first, double second, bool passed)
    {
        var (found, detail) = Overlap.Judge(Kept, Other, [first, second], 1);
        Assert.Equal(passed, found);
        Assert.Contains("over 1 of 2 images; 83.3 % of kept tokens agree", detail);
    }

    [Fact]
    public void Where_no_image_has_the_same_tokens_that_is_said() =>
        Assert.Equal((true, "66.7 % of kept tokens agree, in no image all of them: nothing to compare"), Overlap.Judge([[Kept[0][1]], [Kept[1][1]]], [[Other[0][1]], [Other[1][1]]], [9], 1));
}
