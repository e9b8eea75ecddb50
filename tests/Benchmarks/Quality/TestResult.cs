namespace Benchmarks.Quality;

/// <summary>How a plan answers the test questions.</summary>
/// <param name="Answers">The answers, in the order of the questions.</param>
/// <param name="Milliseconds">Milliseconds an answer, in batches, the images being encoded already.</param>
internal sealed record TestResult(IReadOnlyList<string> Answers, double Milliseconds);
