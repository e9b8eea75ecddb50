namespace Gpu.Report;

/// <summary>One image in tiles under one plan.</summary>
/// <param name="Share">Mean visual tokens, as a part of the unreduced ones; <see langword="null"/> for the unreduced model.</param>
/// <param name="VisualTokens">The unreduced image's tokens.</param>
/// <param name="EncodeMilliseconds">Vision tower and projector over all tiles, and packing.</param>
/// <param name="PrefillMilliseconds">The decoder over the prompt, with the first new token.</param>
/// <param name="DecodeMilliseconds">The tokens after it.</param>
/// <param name="MacsRatio">Multiply-accumulates of the decoder's layers relative to the unreduced model's.</param>
internal sealed record TilesRow(double? Share, int VisualTokens, double EncodeMilliseconds, double PrefillMilliseconds, double DecodeMilliseconds, double MacsRatio);
