using System.Diagnostics;

namespace Benchmarks.Speed;

/// <summary>Times several things in turns, so that a machine that gets faster or slower favours none.</summary>
internal static class Interleaved
{
    /// <summary>Seconds of each thing in each round, after one round that does not count: [thing][round].</summary>
    internal static IReadOnlyList<double[]> Seconds(int rounds, params IReadOnlyList<Action> things) => Seconds(rounds, TimeSpan.Zero, things);

    /// <summary>The same with a rest in front of each turn: threads of the thing before, which spin for a while, have gone to sleep.</summary>
    internal static IReadOnlyList<double[]> Seconds(int rounds, TimeSpan rest, params IReadOnlyList<Action> things) => Told(rounds, [.. things.Select(thing => (Func<double>)(() =>
    {
        Thread.Sleep(rest);
        var start = Stopwatch.GetTimestamp();
        thing();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }))]);

    /// <summary>The same of things that tell their seconds themselves.</summary>
    internal static IReadOnlyList<double[]> Told(int rounds, IReadOnlyList<Func<double>> things)
    {
        double[][] seconds = [.. things.Select(_ => new double[rounds])];
        for (var round = -1; round < rounds; round++)
        {
            for (var turn = 0; turn < things.Count; turn++)
            {
                // Every second round backwards: none is always behind the same other.
                var thing = round % 2 == 0 ? turn : things.Count - 1 - turn;
                var told = things[thing]();
                if (round >= 0)
                    seconds[thing][round] = told;
            }
        }
        return seconds;
    }
}
