using System.Globalization;
using EosMLNet.Evaluation.Benchmarks;

namespace EosMLNet.Evaluation;

/// <summary>How a model under a plan answers a dataset.</summary>
public sealed record EvaluationResult
{
    /// <summary>The share of rows answered correctly, 0 … 1.</summary>
    public required double Accuracy { get; init; }

    /// <summary>The mean of <see cref="ByFamily"/>: each family counts alike, however many rows it has.</summary>
    public required double FamilyAverage { get; init; }

    /// <summary>The share of correct rows of each question family.</summary>
    public required IReadOnlyDictionary<string, double> ByFamily { get; init; }

    /// <summary>The answer to each row, in the dataset's order.</summary>
    public required IReadOnlyList<string> Answers { get; init; }

    /// <summary>
    /// What each answer is worth, in the dataset's order: 1 where it is right, 0 where it is wrong. <see cref="PairedBootstrap"/> compares
    /// them.
    /// </summary>
    public required IReadOnlyList<double> Scores { get; init; }

    /// <summary>
    /// How many rows have a prompt that is longer than the model was made for. They were not asked; their answer is empty and counts as
    /// wrong.
    /// </summary>
    public int TooLong { get; init; }

    /// <summary>
    /// The mean probability of each answer's tokens, 0 … 1, as ML.NET's score column; not a number where a row was too long to be asked,
    /// and none where answers were given from elsewhere.
    /// </summary>
    public IReadOnlyList<double> Probabilities { get; init; } = [];

    /// <summary>Wall-clock milliseconds an answer in batches, images encoded (unless a cache had them) and text decoded included.</summary>
    public required double MillisecondsPerAnswer { get; init; }

    /// <summary>What the plan costs.</summary>
    public required TokenLedger Ledger { get; init; }

    /// <summary>
    /// The share of rows to which both give the same answer, right or wrong, 0 … 1; of the unreduced model: how loyal a plan is to it.
    /// </summary>
    /// <exception cref="EosException">EOS1013: the other result has another number of rows.</exception>
    public double AgreementWith(EvaluationResult other) => AnswerComparison.Agreement(Answers, other.Answers);

    /// <summary>One line for people.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Answers.Count} rows: accuracy {Accuracy:0.0000}, average of families {FamilyAverage:0.0000}, " +
        $"{Ledger.Mean:0.#} mean visual tokens, {MillisecondsPerAnswer:0.0} ms an answer");
}
