namespace EosMLNet.Checkpoints;

/// <summary>The part of a grid of features that an image fills; the rest is padding.</summary>
/// <param name="Top">Rows that are cut above it, and as many below.</param>
/// <param name="Left">Columns that are cut on its left, and as many on its right.</param>
/// <param name="Size">Rows and columns that are left.</param>
public readonly record struct FeatureWindow(int Top, int Left, ImageSize Size);
