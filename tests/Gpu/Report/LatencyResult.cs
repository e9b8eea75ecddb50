namespace Gpu.Report;

/// <summary>A calibration of latency, and what it predicts beside what is measured.</summary>
/// <param name="Seconds">What the calibration took.</param>
/// <param name="Rounds">How many times each part was measured.</param>
/// <param name="Residual">The largest difference of a whole prefill of the calibration to its prediction, as a part of it.</param>
/// <param name="Plans">Prefills of other plans.</param>
internal sealed record LatencyResult(double Seconds, int Rounds, double Residual, IReadOnlyList<LatencyResult.Plan> Plans)
{
    /// <summary>One plan.</summary>
    /// <param name="Budget">Mean visual tokens per layer; <see langword="null"/> for the unreduced model.</param>
    /// <param name="PredictedMilliseconds">By the calibration.</param>
    /// <param name="MeasuredMilliseconds">The median.</param>
    internal sealed record Plan(int? Budget, double PredictedMilliseconds, double MeasuredMilliseconds);
}
