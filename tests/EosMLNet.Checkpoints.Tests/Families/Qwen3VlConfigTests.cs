namespace EosMLNet.Tests.Families;

public sealed class Qwen3VlConfigTests
{
    // The time of a step stands in the text between two stretches.
    [Fact]
    public void Each_step_of_a_video_is_a_stretch_that_begins_at_the_time_0()
    {
        var config = new Qwen3VlConfig();
        var layout = new VisualLayout(new VisualRegion(1, 2), new VisualRegion(3, 1)) { SecondsPerStep = 4 };
        Assert.Equal([2, 3], config.Stretches(layout));
        var (first, second) = (config.PositionsOf(layout, 0), config.PositionsOf(layout, 1));
        Assert.Equal([0, 0, 0, 0, 0, 1], first.Values);
        Assert.Equal([0, 0, 0, 0, 1, 2, 0, 0, 0], second.Values);
        Assert.Equal((2, 3), (first.Next, second.Next));
    }
}
