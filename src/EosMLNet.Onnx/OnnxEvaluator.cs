using EosMLNet.Evaluation;

namespace EosMLNet.Onnx;

/// <summary>Answers datasets by ONNX Runtime and scores the answers.</summary>
public static class OnnxEvaluator
{
    /// <summary>
    /// Answers every row and compares with the expected answers. A question that is too long for the model is not asked and counts as
    /// wrong; <see cref="AnswerScores.TooLong"/> says how many there are.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="data">Images, questions and answers.</param>
    /// <param name="batchSize">Rows answered at a time.</param>
    /// <param name="maxNewTokens">The most tokens an answer is given.</param>
    /// <param name="progress">Receives the number of rows done after each batch.</param>
    /// <param name="cancellation">Checked before each token, and while one is computed.</param>
    /// <exception cref="EosException">EOS1013: an option is out of its range. EOS1014: the model has no tokenizer. EOS4002: the plan was
    /// made for other weights.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static AnswerScores Evaluate(this OnnxModel model, VqaDataset data, int batchSize = WeightsCheck.DefaultBatchSize,
        int maxNewTokens = WeightsCheck.DefaultMaxNewTokens, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        if (batchSize < 1)
            throw new EosException(EosErrors.InvalidOption, $"The batch size is {batchSize}; expected 1 or more.");
        var processor = model.RequiredProcessor;
        var answers = new string?[data.Examples.Count];
        var done = 0;
        // Rows about the same images stand together, so that an image is encoded once a batch.
        foreach (var chunk in ImageGroups.InOrder([.. data.Examples.Select(row => row.Images)]).Chunk(batchSize))
        {
            (int Row, IReadOnlyList<Visual> Images)[] asked =
            [
                .. chunk.Select(row => (row, (IReadOnlyList<Visual>)[.. data.Examples[row].Images.Select(image => data.Images[image])]))
                    .Where(one => !model.IsTooLong(data.Examples[one.row].Question, one.Item2)),
            ];
            var given = model.Generate(
                [.. asked.Select(one => (one.Images, data.Examples[one.Row].Question))], maxNewTokens, cancellation: cancellation);
            foreach (var (one, answer) in asked.Zip(given))
                answers[one.Row] = processor.Decode(answer.Ids);
            progress?.Report(done += chunk.Length);
        }
        return AnswerScores.Of(data, answers);
    }
}
