namespace EosMLNet.Checkpoints;

/// <summary>The shape of a model's vision encoder, for people.</summary>
/// <param name="Layers">Number of layers.</param>
/// <param name="Width">Width of the hidden states.</param>
/// <param name="FeedForward">Width of the feed-forward layers.</param>
/// <param name="Heads">Number of attention heads.</param>
public sealed record EncoderShape(int Layers, int Width, int FeedForward, int Heads);
