namespace ScenesVqa.Training;

/// <summary>A part of what a decoder learns from images that were seen once.</summary>
/// <param name="Share">The part of that time, or of those steps, 0 … 1.</param>
/// <param name="Together">Cells on each side of a square whose mean is one visual token.</param>
internal sealed record SeenStage(double Share, int Together = 1);
