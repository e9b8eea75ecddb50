using Benchmarks.Report;

namespace Benchmarks.Peers;

/// <summary>Another program, beside ONNX Runtime.</summary>
/// <param name="Name">Its name, and what its weights are kept in.</param>
/// <param name="Milliseconds">Its time, the median.</param>
/// <param name="Ratio">Its time over ONNX Runtime's: how many times as fast that is.</param>
internal sealed record OnnxPeer(string Name, double Milliseconds, PairedRatio Ratio);
