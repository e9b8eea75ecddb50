using System.Diagnostics;
using EosMLNet.Evaluation;

namespace Gpu.Shapes;

/// <summary>Times what a device does.</summary>
internal static class Clock
{
    private const int WarmUps = 2, Least = 3;
    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(2);

    /// <summary>Does something for two seconds.</summary>
    internal static void WarmUp(Bench bench, Action action)
    {
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < Enough;)
        {
            action();
            bench.Synchronize();
        }
    }

    /// <summary>The median milliseconds of an action, from its beginning until the device is idle; after two warm-ups, at least three times, and no more once two seconds are spent.</summary>
    internal static double Median(Bench bench, int repeats, Action action)
    {
        for (var i = 0; i < WarmUps; i++)
            Once();
        var all = Stopwatch.StartNew();
        var times = new List<double>();
        while (times.Count < Math.Max(repeats, Least) && (times.Count < Least || all.Elapsed < Enough))
            times.Add(Once());
        return Statistics.Median(times);

        double Once()
        {
            bench.Synchronize();
            var clock = Stopwatch.StartNew();
            action();
            bench.Synchronize();
            return clock.Elapsed.TotalMilliseconds;
        }
    }
}
