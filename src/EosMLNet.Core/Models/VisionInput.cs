using static TorchSharp.torch;

namespace EosMLNet.Models;

/// <summary>Images as a model's encoder takes them.</summary>
/// <param name="PixelValues">Normalised pixels of all images, one behind the other: (parts of all images, 3, H, W).</param>
/// <param name="Images">The images, in the order of their pixels.</param>
public sealed record VisionInput(Tensor PixelValues, IReadOnlyList<ImageShape> Images)
{
    /// <summary>Images of one part each.</summary>
    /// <param name="pixelValues">(I, 3, H, W).</param>
    public static VisionInput Of(Tensor pixelValues) =>
        new(pixelValues, [.. Enumerable.Repeat(new ImageShape(1), (int)pixelValues.shape[0])]);
}
