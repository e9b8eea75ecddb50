using Benchmarks.Report;

namespace Benchmarks.Onnx;

/// <summary>Times of both engines, question by question.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="TorchMs">The median of torch's times, in milliseconds.</param>
/// <param name="OnnxMs">The median of ONNX Runtime's.</param>
/// <param name="Ratio">Torch's time over ONNX Runtime's.</param>
internal sealed record OnnxSpeedRow(string Plan, double TorchMs, double OnnxMs, PairedRatio Ratio);
