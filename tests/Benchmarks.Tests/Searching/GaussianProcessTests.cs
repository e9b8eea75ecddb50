using Benchmarks.Searching;

namespace Benchmarks.Tests.Searching;

public sealed class GaussianProcessTests
{
    private static readonly double[][] Points = [.. Enumerable.Range(0, 8).Select(i => new[] { i / 7.0 })];
    private static readonly double[] Values = [.. Points.Select(p => Wave(p[0]))];

    [Fact]
    public void It_goes_through_what_was_measured_without_noise() =>
        Assert.All(Points.Zip(Values), measured => Assert.Equal(measured.Second, GaussianProcess.Fit(Points, Values).Predict(measured.First).Mean, 0.02));

    [Fact]
    public void It_guesses_a_smooth_function_in_between() => Assert.Equal(Wave(0.5), GaussianProcess.Fit(Points, Values).Predict([0.5]).Mean, 0.05);

    [Fact]
    public void It_is_less_sure_away_from_measurements()
    {
        var process = GaussianProcess.Fit(Points[..4], Values[..4]);
        Assert.True(process.Predict([1.0]).Deviation > 5 * process.Predict(Points[1]).Deviation);
    }

    [Fact]
    public void It_does_not_chase_noise()
    {
        var noise = new Random(1);
        double[][] points = [.. Enumerable.Range(0, 60).Select(i => new[] { i / 59.0 })];
        double[] values = [.. points.Select(p => Wave(p[0]) + 0.5 * (2 * noise.NextDouble() - 1))];
        var process = GaussianProcess.Fit(points, values);
        Assert.True(points.Average(p => Math.Abs(process.Predict(p).Mean - Wave(p[0]))) < 0.15);
    }

    [Fact]
    public void Equal_values_are_no_difficulty() => Assert.Equal(3, GaussianProcess.Fit([[0.1], [0.1], [0.9]], [3, 3, 3]).Predict([0.5]).Mean, 1e-6);

    private static double Wave(double x) => Math.Sin(5 * x);
}
