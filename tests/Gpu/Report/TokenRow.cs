namespace Gpu.Report;

/// <summary>The tokens of one prompt of a length that the process had not seen, each timed, and of the same prompt once more.</summary>
/// <param name="Budget">Mean visual tokens per layer; <see langword="null"/> for the unreduced model.</param>
/// <param name="TextTokens">Text tokens of the prompt.</param>
/// <param name="First">Milliseconds of each token, the first with the prefill, at first sight of the length.</param>
/// <param name="Again">The same at second sight.</param>
internal sealed record TokenRow(int? Budget, int TextTokens, IReadOnlyList<double> First, IReadOnlyList<double> Again);
