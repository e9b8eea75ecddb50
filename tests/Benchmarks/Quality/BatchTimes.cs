namespace Benchmarks.Quality;

/// <summary>How long so many questions side by side took, in milliseconds, turn by turn.</summary>
/// <param name="Questions">How many are answered side by side.</param>
/// <param name="Reduced">Under a plan.</param>
/// <param name="Unreduced">Without one, each beside the other.</param>
internal sealed record BatchTimes(int Questions, IReadOnlyList<double> Reduced, IReadOnlyList<double> Unreduced);
