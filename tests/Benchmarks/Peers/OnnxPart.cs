namespace Benchmarks.Peers;

/// <summary>ONNX Runtime beside torch's engine and llama.cpp, in turns in one run.</summary>
/// <param name="Hardware">The machine.</param>
/// <param name="LlamaCpp">What llama.cpp says of itself there.</param>
/// <param name="Rounds">How often each was timed.</param>
/// <param name="Rows">What was measured.</param>
internal sealed record OnnxPart(string Hardware, string LlamaCpp, int Rounds, IReadOnlyList<OnnxPeerRow> Rows);
