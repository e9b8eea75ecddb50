namespace EosMLNet.Checkpoints;

/// <summary>The area that an image is resized to, as far as it goes without changing its proportions much.</summary>
/// <param name="Least">The least, in pixels: smaller images are enlarged.</param>
/// <param name="Most">The most, in pixels: larger images are reduced.</param>
public readonly record struct PixelLimits(int Least, int Most);
