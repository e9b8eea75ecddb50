namespace Benchmarks.Searching;

/// <summary>
/// Bayesian optimisation: a Gaussian process over what was tried so far, and the point of the largest expected improvement next.
/// J. Mockus et al.: The application of Bayesian methods for seeking the extremum, 1978; D. Jones et al.: Efficient global optimization, 1998.
/// </summary>
internal static class BayesianSearch
{
    private const int FirstDraws = 8, Candidates = 1000, NearCandidates = 200;
    private const double Near = 0.05;

    /// <inheritdoc cref="BoxSearch"/>
    internal static (double[] Point, double Value) Maximise(int dimensions, int evaluations, int seed, Func<double[], double> value)
    {
        var random = new Random(seed);
        var (points, values) = (new List<double[]>(), new List<double>());
        for (var i = 0; i < evaluations; i++)
        {
            points.Add(i < FirstDraws ? RandomSearch.Draw(random, dimensions) : Next(points, values, random));
            values.Add(value(points[^1]));
        }
        var best = values.IndexOf(values.Max());
        return (points[best], values[best]);
    }

    private static double[] Next(List<double[]> points, List<double> values, Random random)
    {
        var process = GaussianProcess.Fit(points, values);
        // The best that the process believes in, not the luckiest measurement.
        var best = points.MaxBy(point => process.Predict(point).Mean)!;
        var highest = process.Predict(best).Mean;
        var candidates = Enumerable.Range(0, Candidates).Select(_ => RandomSearch.Draw(random, best.Length))
            .Concat(Enumerable.Range(0, NearCandidates).Select(_ => Around(best, random)));
        return candidates.MaxBy(point => ExpectedImprovement(process.Predict(point), highest))!;
    }

    private static double[] Around(double[] point, Random random) => [.. point.Select(x => Math.Clamp(x + Near * (2 * random.NextDouble() - 1), 0, 1))];

    // E[max(0, f − highest)] of a normal f.
    private static double ExpectedImprovement((double Mean, double Deviation) f, double highest)
    {
        var z = (f.Mean - highest) / f.Deviation;
        return f.Deviation * (z * Normal(z) + Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI));
    }

    // The normal distribution function (Abramowitz and Stegun 26.2.17, error below 1e-7).
    private static double Normal(double z)
    {
        var t = 1 / (1 + 0.2316419 * Math.Abs(z));
        var tail = Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI)
            * t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
        return z > 0 ? 1 - tail : tail;
    }
}
