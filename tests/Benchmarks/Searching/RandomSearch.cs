namespace Benchmarks.Searching;

/// <summary>Uniform draws, of which the best is kept.</summary>
internal static class RandomSearch
{
    /// <inheritdoc cref="BoxSearch"/>
    internal static (double[] Point, double Value) Maximise(int dimensions, int evaluations, int seed, Func<double[], double> value)
    {
        var random = new Random(seed);
        return Enumerable.Range(0, evaluations).Select(_ => Draw(random, dimensions)).Select(point => (point, value(point))).MaxBy(tried => tried.Item2);
    }

    /// <summary>A point of the unit cube.</summary>
    internal static double[] Draw(Random random, int dimensions) => [.. Enumerable.Range(0, dimensions).Select(_ => random.NextDouble())];
}
