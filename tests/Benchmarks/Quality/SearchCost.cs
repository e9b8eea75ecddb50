namespace Benchmarks.Quality;

/// <summary>What it took to find a plan.</summary>
/// <param name="Questions">Questions that were answered, with or without a gradient, repetitions included.</param>
/// <param name="Seconds">Processor time, on one thread: what else the machine does meanwhile hardly changes it.</param>
/// <param name="PeakBytes">The process's largest working set meanwhile.</param>
/// <param name="Note">What else should be known.</param>
internal sealed record SearchCost(long Questions, double Seconds, long PeakBytes, string Note);
