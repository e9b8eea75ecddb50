using EosMLNet.Evaluation;

namespace EosMLNet.Onnx;

/// <summary>Answers questions with a model's weights as stored and with converted ones.</summary>
internal static class WeightsMeasurement
{
    /// <summary>Measures both, one after the other: memory for one model.</summary>
    /// <param name="check">The questions.</param>
    /// <param name="stored">The model with its weights as stored, and their folder.</param>
    /// <param name="converted">The model with the converted weights, and theirs.</param>
    /// <param name="cancellation">Checked before each token.</param>
    internal static WeightsAccuracy Of(WeightsCheck check, (ModelGraphs Graphs, string Folder) stored,
        (ModelGraphs Graphs, string Folder) converted, CancellationToken cancellation)
    {
        var count = check.Questions.Examples.Count;
        var (before, after) = (Answers(stored, 0), Answers(converted, count));
        return new(check.Questions.Fingerprint, count, before.Accuracy, after.Accuracy,
            PairedBootstrap.Accuracy(check.Questions, after.Scores, before.Scores), check.MaxAccuracyDrop);

        AnswerScores Answers((ModelGraphs Graphs, string Folder) of, int done)
        {
            using var model = OnnxModel.Of(of.Graphs, of.Folder, check.Runtime ?? new OnnxOptions());
            var progress = check.Progress is { } told ? new Shifted(told, done) : null;
            return model.Evaluate(check.Questions, check.BatchSize, check.MaxNewTokens, progress, cancellation);
        }
    }

    private sealed class Shifted(IProgress<int> told, int done) : IProgress<int>
    {
        public void Report(int value) => told.Report(done + value);
    }
}
