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
    private const string Advice = "Nothing is written. Convert to more bits, or allow more (on the command line --max-accuracy-drop).";

    /// <summary>One line for people.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"Accuracy over {Questions} questions: {Stored:0.0000} with the weights as stored, {Converted:0.0000} converted; {Interval}.");

    /// <summary>Refuses what loses too much.</summary>
    /// <param name="weights">What the weights were converted to.</param>
    /// <exception cref="EosException">EOS3003: accuracy falls by more than the limit.</exception>
    internal void Check(OnnxWeights weights) => AccuracyGate.Check($"Accuracy with {weights} weights", Stored, Converted, Questions,
        MaxAccuracyDrop, nameof(MaxAccuracyDrop), $"{char.ToUpperInvariant(Interval[0])}{Interval[1..]}. {Advice}");

    private string Interval => FormattableString.Invariant(
        $"the difference is {Signed(Difference.Difference)}, its 95% interval {Signed(Difference.Low)} to {Signed(Difference.High)}");

    private static string Signed(double value) => FormattableString.Invariant($"{value:+0.0000;-0.0000;0.0000}");
}
