namespace Benchmarks.Quality;

/// <summary>How long single answers took, from the image to the text, in milliseconds, in the order of the questions.</summary>
/// <param name="Machine">What they were measured on.</param>
/// <param name="Reduced">Under a plan.</param>
/// <param name="Unreduced">Without one, each beside the other.</param>
internal sealed record AnswerTimes(string Machine, IReadOnlyList<double> Reduced, IReadOnlyList<double> Unreduced);
