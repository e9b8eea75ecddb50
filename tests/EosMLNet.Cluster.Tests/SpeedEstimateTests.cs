using EosMLNet.Cluster.Grains;

namespace EosMLNet.Cluster.Tests;

public class SpeedEstimateTests
{
    private readonly Clock clock = new();

    [Fact]
    public void The_rest_takes_as_long_as_the_last_minutes_tell()
    {
        var speed = new SpeedEstimate(clock);
        Assert.Null(speed.Remaining(0));
        speed.Note(0.1);
        clock.Seconds += 5;
        Assert.Null(speed.Remaining(0.15)); // too soon to tell
        clock.Seconds += 15;
        Assert.Equal(160, speed.Remaining(0.2)!.Value.TotalSeconds, 6); // 0.1 in 20 s, and 0.8 are left
    }

    [Fact]
    public void Nothing_is_told_where_nothing_is_gained()
    {
        var speed = new SpeedEstimate(clock);
        speed.Note(0.5);
        clock.Seconds += 30;
        Assert.Null(speed.Remaining(0.4)); // a device was lost with its work
    }

    [Fact]
    public void What_is_long_past_does_not_count()
    {
        var speed = new SpeedEstimate(clock);
        for (var i = 0; i < 200; i++) // slow at first, then ten times as fast
        {
            clock.Seconds += 5;
            speed.Note(i < 100 ? i * 0.0005 : 0.05 + (i - 99) * 0.005);
        }
        Assert.InRange(speed.Remaining(0.555)!.Value.TotalSeconds, 400, 500);
    }

    private sealed class Clock : TimeProvider
    {
        internal long Seconds { get; set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Seconds;
    }
}
