using System.Globalization;
using EosMLNet.Evaluation;
using EosMLNet.Latency;
using EosMLNet.Models;

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
    /// <summary>Measures a plan in turns with the unreduced model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="limits">Has the table, and says how long prompts are and how many are run together.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="rounds">How many times each is measured.</param>
    /// <param name="progress">Told after each round how many are done.</param>
    /// <param name="cancellation">Looked at before each measurement.</param>
    internal static LatencyReport Measure(VisionLanguageModel model, SearchConstraints limits, ReductionPlan plan, int rounds,
        Action<int>? progress, CancellationToken cancellation)
    {
        var (table, text, batch) = (limits.Latency!, limits.LatencyTextTokens, limits.LatencyBatch);
        var identity = ReductionPlan.Identity(plan.Model);
        double[] measured = [.. LatencyCalibration.MeasurePlans(model, [plan, identity], text, batch, rounds, progress, cancellation)
            .Select(Statistics.Median)];
        return new(table.Predict(plan, text, batch), measured[0], table.Predict(identity, text, batch), measured[1]);
    }

    /// <summary>One line for people.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"prefill {MeasuredMs:0.###} ms, predicted {PredictedMs:0.###}; " +
        $"unreduced {UnreducedMeasuredMs:0.###} ms, predicted {UnreducedPredictedMs:0.###}");
}
