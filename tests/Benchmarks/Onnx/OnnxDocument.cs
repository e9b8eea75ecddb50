namespace Benchmarks.Onnx;

/// <summary>What <c>onnx</c> writes.</summary>
internal sealed record OnnxDocument(string Hardware, IReadOnlyList<OnnxAnswerRow> Answers, IReadOnlyList<OnnxSpeedRow> Speeds);
