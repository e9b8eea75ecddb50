using Load.Measures;

namespace Load.Tests;

public class MemoryTrendTests
{
    [Fact]
    public void Memory_that_grows_has_its_slope()
    {
        var trend = MemoryTrend.Of(Samples(minute => 100 + 0.5 * minute));
        Assert.Equal(30, trend.Slope, tolerance: 0.5);
        Assert.True(trend.Error < 1);
        Assert.Equal(100 + 0.5 * 15, trend.Begin, tolerance: 0.5);
        Assert.Equal(100 + 0.5 * 60, trend.End, tolerance: 0.5);
    }

    [Fact]
    public void What_grows_while_it_warms_up_does_not_count() =>
        Assert.Equal(0, MemoryTrend.Of(Samples(minute => minute < 15 ? 10 * minute : 150)).Slope, tolerance: 1e-9);

    [Fact]
    public void What_the_collector_has_not_taken_yet_does_not_count()
    {
        var random = new Random(1);
        var trend = MemoryTrend.Of(Samples(_ => 100 + 50 * random.NextDouble()));
        Assert.InRange(trend.Slope, -3, 3);
        Assert.InRange(trend.End, 100, 105);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Of_two_samples_nothing_is_said(int seconds) =>
        Assert.Null(MemoryTrend.Of([(0, 100), (seconds / 60.0, 100)]).Error);

    private static List<(double, double)> Samples(Func<double, double> megabytes) =>
        [.. Enumerable.Range(0, 1801).Select(n => n / 30.0).Select(minute => (minute, megabytes(minute)))];
}
