namespace EosMLNet.Evaluation.Benchmarks;

/// <summary>How a model under a plan does in a benchmark.</summary>
public sealed record BenchmarkResult
{
    /// <summary>The figure that papers print, in the unit that <see cref="Benchmark.Metric"/> names.</summary>
    public required double Value { get; init; }

    /// <summary>Further figures by name, such as the accuracy of each category in percent.</summary>
    public required IReadOnlyDictionary<string, double> Details { get; init; }

    /// <summary>The answer to each question, in their order.</summary>
    public required IReadOnlyList<string> Answers { get; init; }

    /// <summary>What each answer is worth, 0 … 1.</summary>
    public required IReadOnlyList<double> Scores { get; init; }

    /// <summary>
    /// How many questions have a prompt that is longer than the model was made for. They were not asked; their answer is empty and counts
    /// as wrong.
    /// </summary>
    public int TooLong { get; init; }

    /// <summary>
    /// The mean probability of each answer's tokens, 0 … 1, as ML.NET's score column; not a number where a question was too long to be
    /// asked, and none where answers were given from elsewhere.
    /// </summary>
    public IReadOnlyList<double> Probabilities { get; init; } = [];

    /// <summary>
    /// Wall-clock milliseconds an answer in batches; images that a cache had are not in it, so that only equal conditions compare.
    /// </summary>
    public required double MillisecondsPerAnswer { get; init; }

    /// <summary>What the plan costs.</summary>
    public required TokenLedger Ledger { get; init; }

    /// <summary>The share of questions to which both give the same answer, right or wrong, 0 … 1.</summary>
    /// <exception cref="EosException">EOS1013: the other result has another number of answers.</exception>
    public double AgreementWith(BenchmarkResult other) => AnswerComparison.Agreement(Answers, other.Answers);

    /// <summary>One line for people.</summary>
    public override string ToString() =>
        FormattableString.Invariant(
            $"{Answers.Count} questions: {Value:0.00}, {Ledger.Mean:0.#} mean visual tokens, {MillisecondsPerAnswer:0.0} ms an answer");
}
