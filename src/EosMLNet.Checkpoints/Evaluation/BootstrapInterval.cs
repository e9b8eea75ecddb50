namespace EosMLNet.Evaluation;

/// <summary>
/// A difference between two results on the same questions, with its 95% interval. For accuracies shares from −1 to 1, not percentage
/// points; for a benchmark's figure its own unit.
/// </summary>
/// <param name="Difference">The first result less the second, on all rows.</param>
/// <param name="Low">The interval's lower end.</param>
/// <param name="High">The interval's upper end.</param>
public readonly record struct BootstrapInterval(double Difference, double Low, double High);
