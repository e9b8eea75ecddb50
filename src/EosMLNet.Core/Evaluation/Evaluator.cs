using System.Diagnostics;
using EosMLNet.Data;
using EosMLNet.Models;
using EosMLNet.Reduction;

namespace EosMLNet.Evaluation;

/// <summary>Answers datasets and scores the answers.</summary>
public static class Evaluator
{
    /// <summary>Answers every row and compares with the expected answers.</summary>
    /// <param name="model">The model under a plan.</param>
    /// <param name="data">Pictures, questions and answers.</param>
    /// <param name="batchSize">Rows answered at a time.</param>
    /// <param name="maxNewTokens">The most tokens an answer is given.</param>
    /// <param name="progress">Receives the number of rows done after each batch.</param>
    /// <param name="cancellation">Checked before each token.</param>
    /// <exception cref="EosException">EOS1012: no rows. EOS1014: the checkpoint has no tokenizer.</exception>
    public static EvaluationResult Evaluate(
        ReducedModel model, VqaDataset data, int batchSize = 32, int maxNewTokens = 8, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        if (data.Examples.Count == 0)
            throw new EosException(EosErrors.EmptyDataset, "The dataset to evaluate has no rows; expected at least one.");
        if (batchSize < 1)
            throw new EosException(EosErrors.InvalidOption, $"The batch size is {batchSize}; expected 1 or more.");
        var clock = Stopwatch.StartNew();
        var answers = new string[data.Examples.Count];
        var done = 0;
        foreach (var rows in Batches(data, batchSize))
        {
            using var batch = PromptBatch.Create(model.Model,
                [.. rows.Select(row => ((RgbImage?)data.Pictures[data.Examples[row].Picture], data.Examples[row].Question))]);
            var generation = model.Generate(batch, maxNewTokens, cancellation);
            for (var i = 0; i < rows.Length; i++)
                answers[rows[i]] = model.Model.Processor!.Decode(generation.Ids[i]);
            progress?.Report(done += rows.Length);
        }
        return Score(data, answers, clock.Elapsed.TotalMilliseconds / answers.Length, model.Plan.Ledger);
    }

    /// <summary>Whether an answer is the expected one: the same text but for case and surrounding space.</summary>
    public static bool IsCorrect(string predicted, string expected) =>
        predicted.AsSpan().Trim().Equals(expected.AsSpan().Trim(), StringComparison.OrdinalIgnoreCase);

    // Rows about one picture stand together, so that it is encoded once a batch.
    private static IEnumerable<int[]> Batches(VqaDataset data, int batchSize) =>
        Enumerable.Range(0, data.Examples.Count).OrderBy(row => data.Examples[row].Picture).Chunk(batchSize);

    private static EvaluationResult Score(VqaDataset data, string[] answers, double milliseconds, TokenLedger ledger)
    {
        var correct = answers.Select((answer, row) => (data.Examples[row].Family, Hit: IsCorrect(answer, data.Examples[row].Answer) ? 1.0 : 0.0)).ToArray();
        var families = correct.GroupBy(c => c.Family).OrderBy(g => g.Key, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Average(c => c.Hit));
        return new EvaluationResult
        {
            Accuracy = correct.Average(c => c.Hit),
            FamilyAverage = families.Values.Average(),
            ByFamily = families,
            Answers = answers,
            MillisecondsPerAnswer = milliseconds,
            Ledger = ledger,
        };
    }
}
