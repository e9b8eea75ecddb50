namespace Benchmarks.Start;

/// <summary>What <c>start</c> writes.</summary>
/// <param name="Hardware">The machine.</param>
/// <param name="Rounds">How often all were started, in turns.</param>
/// <param name="Applications">What was started: one with ONNX Runtime, then the one with libtorch that was published in the same way.</param>
internal sealed record StartDocument(string Hardware, int Rounds, IReadOnlyList<StartRow> Applications);
