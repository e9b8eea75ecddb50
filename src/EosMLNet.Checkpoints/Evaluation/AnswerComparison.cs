namespace EosMLNet.Evaluation.Benchmarks;

/// <summary>Compares answers.</summary>
public static class AnswerComparison
{
    /// <summary>Whether an answer is the expected one: the same text but for case and surrounding space.</summary>
    /// <param name="predicted">The answer.</param>
    /// <param name="expected">The expected one.</param>
    public static bool IsCorrect(string predicted, string expected) =>
        predicted.AsSpan().Trim().Equals(expected.AsSpan().Trim(), StringComparison.OrdinalIgnoreCase);

    /// <summary>The share of rows with equal answers, from 0 to 1.</summary>
    /// <param name="a">The answers of one result, a row each.</param>
    /// <param name="b">Those of the other.</param>
    /// <exception cref="EosException">EOS1013: the two have different numbers of rows.</exception>
    public static double Agreement(IReadOnlyList<string> a, IReadOnlyList<string> b) => a.Count == b.Count
        ? a.Zip(b, IsCorrect).Average(same => same ? 1.0 : 0.0)
        : throw new EosException(EosErrors.InvalidOption,
            $"One result has {a.Count} rows, the other {b.Count}; only answers to the same rows can be compared.");
}
