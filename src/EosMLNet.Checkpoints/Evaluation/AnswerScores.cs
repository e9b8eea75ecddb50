using EosMLNet.Checkpoints;
using EosMLNet.Evaluation.Benchmarks;

namespace EosMLNet.Evaluation;

/// <summary>What answers to the questions of a dataset are worth.</summary>
public sealed record AnswerScores
{
    /// <summary>The answer to each row, in the dataset's order; empty where a row was not asked.</summary>
    public required IReadOnlyList<string> Answers { get; init; }

    /// <summary>
    /// What each answer is worth, in the dataset's order: 1 where it is right, 0 where it is wrong. <see cref="PairedBootstrap"/> compares
    /// them.
    /// </summary>
    public required IReadOnlyList<double> Scores { get; init; }

    /// <summary>The share of correct rows of each question family, 0 … 1.</summary>
    public required IReadOnlyDictionary<string, double> ByFamily { get; init; }

    /// <summary>How many rows were too long for the model to be asked. They count as wrong.</summary>
    public required int TooLong { get; init; }

    /// <summary>The share of rows answered correctly, 0 … 1.</summary>
    public double Accuracy => Scores.Average();

    /// <summary>Compares answers with the expected ones.</summary>
    /// <param name="data">The rows.</param>
    /// <param name="answers">The answer to each; null where a row was too long to be asked.</param>
    public static AnswerScores Of(VqaDataset data, IReadOnlyList<string?> answers)
    {
        double[] scores = [.. data.Examples.Zip(answers, (row, answer) =>
            answer is not null && AnswerComparison.IsCorrect(answer, row.Answer) ? 1.0 : 0.0)];
        return new()
        {
            Answers = [.. answers.Select(answer => answer ?? "")],
            Scores = scores,
            ByFamily = data.Examples.Zip(scores).GroupBy(row => row.First.Family).OrderBy(family => family.Key, StringComparer.Ordinal)
                .ToDictionary(family => family.Key, family => family.Average(row => row.Second)),
            TooLong = answers.Count(answer => answer is null),
        };
    }
}
