namespace EosMLNet.Tool.Report.Contents;

/// <summary>Several measurements of one thing, in milliseconds.</summary>
/// <param name="Median">The middle one.</param>
/// <param name="Low">A quarter of them are below this.</param>
/// <param name="High">A quarter of them are above this.</param>
internal sealed record LatencySpread(double Median, double Low, double High)
{
    /// <param name="seconds">At least one.</param>
    internal static LatencySpread Of(IEnumerable<double> seconds)
    {
        double[] sorted = [.. seconds.Order().Select(each => 1000 * each)];
        return new(At(0.5), At(0.25), At(0.75));

        double At(double share)
        {
            var place = share * (sorted.Length - 1);
            var below = (int)place;
            var above = Math.Min(below + 1, sorted.Length - 1);
            return Math.Round(sorted[below] + (place - below) * (sorted[above] - sorted[below]), 3);
        }
    }
}
