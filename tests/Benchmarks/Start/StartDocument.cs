using Benchmarks.Report;

namespace Benchmarks.Start;

/// <summary>What <c>start</c> writes.</summary>
/// <param name="Hardware">The machine.</param>
/// <param name="Pairs">How often both were started, in turns.</param>
/// <param name="Applications">What was started: the one with ONNX Runtime, and the one with libtorch.</param>
/// <param name="Ratio">The time of the one with libtorch over the other's.</param>
internal sealed record StartDocument(string Hardware, int Pairs, IReadOnlyList<StartRow> Applications, PairedRatio Ratio);
