namespace Benchmarks.Quality;

/// <summary>How long answers took, from the images to the texts.</summary>
/// <param name="Machine">What they were measured on.</param>
/// <param name="Batches">Questions one by one, and several side by side.</param>
/// <param name="ReducedPeakShare">The share of the machine's peak that the decoder's prefill of one question reached under the plan.</param>
/// <param name="UnreducedPeakShare">The same without it.</param>
internal sealed record AnswerTimes(string Machine, IReadOnlyList<BatchTimes> Batches, double ReducedPeakShare, double UnreducedPeakShare);
