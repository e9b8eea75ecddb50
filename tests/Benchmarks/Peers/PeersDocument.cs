namespace Benchmarks.Peers;

/// <summary>What <c>peers</c> writes.</summary>
/// <param name="Hardware">The machine that the rows were measured on.</param>
/// <param name="Peer">What llama.cpp says of itself there.</param>
/// <param name="GigabytesPerSecond">What it copies, read and written.</param>
/// <param name="Limits">What it multiplies, by type.</param>
/// <param name="Rows">Torch's engine beside llama.cpp.</param>
/// <param name="Onnx">ONNX Runtime beside both, measured by itself; null where it was not yet.</param>
internal sealed record PeersDocument(string Hardware, string Peer, double GigabytesPerSecond, IReadOnlyList<PeerLimit> Limits, IReadOnlyList<PeerRow> Rows, OnnxPart? Onnx = null);
