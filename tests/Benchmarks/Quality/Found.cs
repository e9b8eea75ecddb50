namespace Benchmarks.Quality;

/// <summary>A plan and what it took to find it.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Questions">Questions that were answered, with or without a gradient, repetitions included.</param>
/// <param name="Note">What else should be known, in a few words.</param>
internal sealed record Found(ReductionPlan Plan, long Questions = 0, string Note = "");
