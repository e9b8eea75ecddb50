namespace Benchmarks.Peers;

/// <summary>What this machine can multiply.</summary>
/// <param name="Type">The type of weights.</param>
/// <param name="TeraFlops">10¹² multiplications and additions a second.</param>
internal sealed record PeerLimit(string Type, double TeraFlops);
