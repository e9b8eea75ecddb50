namespace Benchmarks.Onnx;

/// <summary>Answers of both engines under one plan.</summary>
/// <param name="Model">The model.</param>
/// <param name="Plan">The plan.</param>
/// <param name="Questions">How many questions.</param>
/// <param name="Different">Answers with other ids.</param>
/// <param name="WidestTie">Of those, how far the logits of the two engines' tokens are apart where they part, at most; 0 where none differs.</param>
/// <param name="TorchAccuracy">The share of torch's answers that are right.</param>
/// <param name="OnnxAccuracy">The share of ONNX Runtime's.</param>
internal sealed record OnnxAnswerRow(
    string Model, string Plan, int Questions, int Different, double WidestTie, double TorchAccuracy, double OnnxAccuracy);
