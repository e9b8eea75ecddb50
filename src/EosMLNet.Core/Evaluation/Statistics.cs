namespace EosMLNet.Evaluation;

/// <summary>Figures of measurements.</summary>
public static class Statistics
{
    /// <summary>The middle one of some numbers, at least one, or the mean of the two in the middle.</summary>
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
