namespace Benchmarks.Quality;

/// <summary>How long single answers took, from the image to the text, in milliseconds, in the order of the questions.</summary>
/// <param name="Machine">What they were measured on.</param>
/// <param name="Reduced">Under a plan.</param>
/// <param name="Unreduced">Without one, each beside the other.</param>
/// <param name="ReducedPeakShare">The share of the machine's peak that the decoder's prefill reached under the plan.</param>
/// <param name="UnreducedPeakShare">The same without it.</param>
internal sealed record AnswerTimes(
    string Machine, IReadOnlyList<double> Reduced, IReadOnlyList<double> Unreduced, double ReducedPeakShare, double UnreducedPeakShare);
