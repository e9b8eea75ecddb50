namespace Benchmarks.Peers;

/// <summary>One thing that ONNX Runtime does and others do.</summary>
/// <param name="Weights">What its weights are kept in.</param>
/// <param name="Work">What is done.</param>
/// <param name="Milliseconds">ONNX Runtime's, the median.</param>
/// <param name="Others">The others.</param>
internal sealed record OnnxPeerRow(string Weights, string Work, double Milliseconds, IReadOnlyList<OnnxPeer> Others);
