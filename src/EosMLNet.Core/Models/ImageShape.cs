namespace EosMLNet.Models;

/// <summary>What a model's encoder has to know of an image beside its pixels.</summary>
/// <param name="Parts">How many tiles, or frames of a video, its pixels hold.</param>
/// <param name="Height">The original image's height in pixels; 0 where the model does not ask for it.</param>
/// <param name="Width">The original image's width in pixels; 0 where the model does not ask for it.</param>
/// <param name="IsVideo">Whether the parts are the frames of a video.</param>
public readonly record struct ImageShape(int Parts, int Height = 0, int Width = 0, bool IsVideo = false);
