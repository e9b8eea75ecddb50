namespace Benchmarks.Peers;

/// <summary>One thing that two programs do.</summary>
/// <param name="Type">What weights are kept in.</param>
/// <param name="Work">What is done.</param>
/// <param name="Milliseconds">Ours, the median.</param>
/// <param name="PeerMilliseconds">The peer's.</param>
/// <param name="Ratio">How many times as fast ours is: the median over the pairs.</param>
/// <param name="Low">Its 95% interval's lower end.</param>
/// <param name="High">Its upper end.</param>
/// <param name="BareMilliseconds">Our matrix products and attention calls alone; 0 where they were not measured.</param>
/// <param name="Share">What ours reaches of the machine's measured limit: of its matrix products, or of its copying.</param>
/// <param name="PeerShare">What the peer reaches of it.</param>
internal sealed record PeerRow(string Type, string Work, double Milliseconds, double PeerMilliseconds, double Ratio, double Low, double High, double BareMilliseconds, double Share, double PeerShare);
