namespace EosMLNet.Checkpoints;

/// <summary>One image, or one video, as an encoder of images takes it.</summary>
/// <param name="Pixels">The values of its tiles, (<paramref name="Tiles"/>, 3, <paramref name="Side"/>, <paramref name="Side"/>) row by
/// row. The first tile is the whole image; a video has its frames for tiles.</param>
/// <param name="Tiles">How many tiles there are.</param>
/// <param name="Side">A tile's side in pixels.</param>
/// <param name="Original">The size of the image, or of a video's first frame, before it was processed.</param>
public sealed record ProcessedImage(float[] Pixels, int Tiles, int Side, ImageSize Original);
