namespace EosMLNet.Checkpoints;

/// <summary>What a model's encoder has to know of an image beside its pixels.</summary>
/// <param name="Parts">How many tiles, patches or frames of a video its pixels hold.</param>
/// <param name="Height">The height in pixels that the model is told of, mostly the original image's; 0 where it does not ask.</param>
/// <param name="Width">The width in pixels that the model is told of, mostly the original image's; 0 where it does not ask.</param>
/// <param name="IsVideo">Whether it is a video.</param>
/// <param name="SecondsPerStep">The time between two of a video's steps (patches that are behind one another in time), in seconds; 0 where
/// the model does not ask for it.</param>
public readonly record struct ImageShape(int Parts, int Height = 0, int Width = 0, bool IsVideo = false, double SecondsPerStep = 0);
