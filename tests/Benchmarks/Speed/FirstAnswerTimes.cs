namespace Benchmarks.Speed;

/// <summary>What a first answer took, in seconds.</summary>
/// <param name="Load">Loading the model.</param>
/// <param name="First">Reading the plan, and the first answer.</param>
/// <param name="Second">The same answer once more.</param>
internal readonly record struct FirstAnswerTimes(double Load, double First, double Second)
{
    /// <summary>Loading and the first answer, divided by loading and the second.</summary>
    internal double Ratio => (Load + First) / (Load + Second);
}
