using System.Globalization;

namespace EosMLNet.Search;

/// <summary>
/// What prefill was predicted to take and what it took, on this machine after the search: medians, the two models in turns. In
/// milliseconds.
/// </summary>
/// <param name="PredictedMs">What the latency table says of the plan.</param>
/// <param name="MeasuredMs">What the plan took.</param>
/// <param name="UnreducedPredictedMs">What the table says of the unreduced model.</param>
/// <param name="UnreducedMeasuredMs">What that took.</param>
public sealed record LatencyReport(double PredictedMs, double MeasuredMs, double UnreducedPredictedMs, double UnreducedMeasuredMs)
{
    /// <summary>One line for people.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"prefill {MeasuredMs:0.###} ms, predicted {PredictedMs:0.###}; " +
        $"unreduced {UnreducedMeasuredMs:0.###} ms, predicted {UnreducedPredictedMs:0.###}");
}
