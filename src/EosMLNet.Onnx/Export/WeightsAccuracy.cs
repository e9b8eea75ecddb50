using EosMLNet.Evaluation;

namespace EosMLNet.Onnx;

/// <summary>What converted weights were found to cost.</summary>
/// <param name="Data">Identifies the questions, as <c>sha256:…</c>.</param>
/// <param name="Questions">How many there are.</param>
/// <param name="Stored">The share that is answered right with the weights as stored, 0 to 1.</param>
/// <param name="Converted">The same with the converted weights.</param>
/// <param name="Difference">The second less the first, with its 95% interval.</param>
/// <param name="MaxAccuracyDrop">The most that accuracy was allowed to fall.</param>
public sealed record WeightsAccuracy(
    string Data, int Questions, double Stored, double Converted, BootstrapInterval Difference, double MaxAccuracyDrop)
{
    /// <summary>One line for people.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"Accuracy over {Questions} questions: {Stored:0.0000} with the weights as stored, {Converted:0.0000} converted; {Interval}.");

    /// <summary>Measures, and refuses what loses too much.</summary>
    /// <param name="check">The questions and the limit.</param>
    /// <param name="weights">What the weights were converted to.</param>
    /// <param name="stored">The model with its weights as stored, and their folder.</param>
    /// <param name="converted">The model with the converted weights, and theirs.</param>
    /// <param name="cancellation">Checked before each token.</param>
    /// <exception cref="EosException">EOS3003: accuracy falls by more than the limit.</exception>
    internal static WeightsAccuracy Of(WeightsCheck check, OnnxWeights weights, (ModelGraphs Graphs, string Folder) stored,
        (ModelGraphs Graphs, string Folder) converted, CancellationToken cancellation)
    {
        var count = check.Questions.Examples.Count;
        var (before, after) = (Answers(stored, 0), Answers(converted, count));
        var found = new WeightsAccuracy(check.Questions.Fingerprint, count, before.Accuracy, after.Accuracy,
            PairedBootstrap.Accuracy(check.Questions, after.Scores, before.Scores), check.MaxAccuracyDrop);
        AccuracyGate.Check($"Accuracy with {weights} weights", before.Accuracy, after.Accuracy, count, check.MaxAccuracyDrop,
            nameof(MaxAccuracyDrop), found.Sentence + Advice);
        return found;

        // One after the other: memory for one model.
        AnswerScores Answers((ModelGraphs Graphs, string Folder) of, int done)
        {
            using var model = OnnxModel.Of(of.Graphs, of.Folder, check.Runtime ?? new OnnxOptions());
            var progress = check.Progress is { } told ? new Shifted(told, done) : null;
            return model.Evaluate(check.Questions, check.BatchSize, check.MaxNewTokens, progress, cancellation);
        }
    }

    private const string Advice = "Nothing is written. Convert to more bits, or allow more (on the command line --max-accuracy-drop).";

    private string Interval => FormattableString.Invariant(
        $"the difference is {Signed(Difference.Difference)}, its 95% interval {Signed(Difference.Low)} to {Signed(Difference.High)}");

    private string Sentence => $"{char.ToUpperInvariant(Interval[0])}{Interval[1..]}. ";

    private static string Signed(double value) => FormattableString.Invariant($"{value:+0.0000;-0.0000;0.0000}");

    private sealed class Shifted(IProgress<int> told, int done) : IProgress<int>
    {
        public void Report(int value) => told.Report(done + value);
    }
}
