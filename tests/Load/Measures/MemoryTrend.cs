using System.Globalization;

namespace Load.Measures;

/// <summary>
/// Whether memory grows: a straight line through the least memory of each minute, since what the collector has not taken yet comes and goes.
/// </summary>
/// <param name="Begin">Megabytes where the line begins.</param>
/// <param name="End">Megabytes where it ends.</param>
/// <param name="Slope">Megabytes an hour.</param>
/// <param name="Error">Half the width of the slope's 95 % interval; null where less than three minutes count.</param>
internal sealed record MemoryTrend(double Begin, double End, double Slope, double? Error)
{
    // Until then caches fill, code is compiled and allocators take their share.
    private const double WarmUp = 0.25;

    /// <summary>From where to where, in megabytes.</summary>
    internal string Range => string.Create(CultureInfo.InvariantCulture, $"{Begin:0.0} to {End:0.0}");

    /// <summary>Megabytes an hour, with the interval.</summary>
    internal string Growth => string.Create(CultureInfo.InvariantCulture, $"{Slope:0.0}") +
        (Error is { } error ? string.Create(CultureInfo.InvariantCulture, $" ± {error:0.0}") : "");

    /// <summary>Fits the line to the samples behind the first quarter of the time.</summary>
    internal static MemoryTrend Of(IReadOnlyList<(double Minutes, double Megabytes)> samples)
    {
        var from = samples[^1].Minutes * WarmUp;
        (double X, double Y)[] least = [.. samples.Where(sample => sample.Minutes >= from)
            .GroupBy(sample => (int)(sample.Minutes - from))
            .Select(group => (group.Average(sample => sample.Minutes), group.Min(sample => sample.Megabytes)))];
        var (x, y) = (least.Average(point => point.X), least.Average(point => point.Y));
        var square = least.Sum(point => (point.X - x) * (point.X - x));
        var slope = square == 0 ? 0 : least.Sum(point => (point.X - x) * (point.Y - y)) / square;
        var rest = least.Sum(point => Math.Pow(point.Y - y - slope * (point.X - x), 2));
        double? error = least.Length < 3 ? null : 1.96 * Math.Sqrt(rest / (least.Length - 2) / square);
        return new(Rounded(y + slope * (least[0].X - x)), Rounded(y + slope * (least[^1].X - x)), Rounded(60 * slope),
            error is { } half ? Rounded(60 * half) : null);

        static double Rounded(double value) => Math.Round(value, 2);
    }
}
