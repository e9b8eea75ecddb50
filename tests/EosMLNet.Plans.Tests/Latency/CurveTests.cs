using FsCheck.Xunit;

namespace EosMLNet.Tests.Latency;

public class CurveTests
{
    // The min-max formula (T. Robertson, F. Wright, R. Dykstra: Order Restricted Statistical Inference, 1988).
    [Property(MaxTest = 200)]
    public void What_never_falls_is_nearest_by_least_squares(int seed)
    {
        var random = new Random(seed);
        double[] values = [.. Enumerable.Range(0, random.Next(1, 12)).Select(_ => (double)random.Next(8))];
        var fitted = Curve.NonDecreasing(values);
        for (var i = 0; i < values.Length; i++)
        {
            var expected = Enumerable.Range(0, i + 1).Max(from => Enumerable.Range(i, values.Length - i).Min(to => values[from..(to + 1)].Average()));
            Assert.Equal(expected, fitted[i], 1e-9);
        }
    }

    [Property(MaxTest = 200)]
    public void A_curve_passes_its_points_never_falls_and_has_the_slope_of_its_differences(int seed)
    {
        var random = new Random(seed);
        var grid = LatencyGrid.Of(random.Next(1, 600), fine: true);
        var values = Curve.NonDecreasing([.. grid.Select(_ => random.NextDouble())]);
        Assert.All(grid.Zip(values), point => Assert.Equal(point.Second, Curve.At(grid, values, point.First).Value, 1e-12));
        double[] places = [.. Enumerable.Range(0, 50).Select(_ => random.NextDouble() * (grid[^1] + 2)).Order()];
        double[] read = [.. places.Select(x => Curve.At(grid, values, x).Value)];
        Assert.All(read.Zip(read.Skip(1)), pair => Assert.True(pair.First <= pair.Second + 1e-12));
        foreach (var x in places.Where(x => grid.All(point => Math.Abs(x - point) > 1e-3)))
            Assert.Equal((Curve.At(grid, values, x + 1e-4).Value - Curve.At(grid, values, x - 1e-4).Value) / 2e-4, Curve.At(grid, values, x).Slope, 1e-6);
    }

    [Theory]
    [InlineData(0, 5, 0)]
    [InlineData(1, 5, 0)]
    [InlineData(2, 6, 1)]
    [InlineData(3, 8, 2)]
    [InlineData(4, 10, 2)]
    [InlineData(5, 10, 0)]
    public void At_a_point_a_curve_has_the_slope_before_it(int tokens, double value, double slope) =>
        Assert.Equal((value, slope), Curve.At([1, 2, 4], [5, 6, 10], tokens));

    [Property(MaxTest = 200)]
    public void A_surface_passes_its_points_and_has_the_slopes_of_its_differences(int seed)
    {
        const double Step = 1e-4;
        var random = new Random(seed);
        var grid = LatencyGrid.Of(random.Next(1, 600), fine: false);
        IReadOnlyList<IReadOnlyList<double>> rows = [.. grid.Select((_, row) => (IReadOnlyList<double>)[.. Enumerable.Range(0, row + 1).Select(_ => random.NextDouble())])];
        for (var row = 0; row < grid.Count; row++)
        {
            for (var column = 0; column <= row; column++)
                Assert.Equal(rows[row][column], Curve.At(grid, rows, grid[row], grid[column]).Value, 1e-12);
        }
        for (var i = 0; i < 20; i++)
        {
            var entering = random.NextDouble() * (grid[^1] - 1) + 1;
            var kept = random.NextDouble() * (entering - 1) + 1;
            if (grid.Any(point => Math.Abs(entering - point) < 1e-3 || Math.Abs(kept - point) < 1e-3))
                continue;
            var (_, byEntering, byKept) = Curve.At(grid, rows, entering, kept);
            Assert.Equal((Curve.At(grid, rows, entering + Step, kept).Value - Curve.At(grid, rows, entering - Step, kept).Value) / (2 * Step), byEntering, 1e-6);
            Assert.Equal((Curve.At(grid, rows, entering, kept + Step).Value - Curve.At(grid, rows, entering, kept - Step).Value) / (2 * Step), byKept, 1e-6);
        }
    }

    [Fact]
    public void The_grid_goes_from_one_token_to_all()
    {
        Assert.Equal([1, 2, 4, 8, 16, 20, 24, 28, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144], LatencyGrid.Of(144, fine: true));
        Assert.Equal([1, 2, 4, 8, 16], LatencyGrid.Of(16, fine: false));
        Assert.Equal([1], LatencyGrid.Of(1, fine: true));
    }
}
