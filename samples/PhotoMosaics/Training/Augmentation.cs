using PhotoMosaics.Photos;
using ScenesVqa.Scenes;

namespace PhotoMosaics.Training;

/// <summary>Makes many photographs of one: mirrored, moved, lighter or darker, of more or less contrast and other tints.</summary>
internal static class Augmentation
{
    private const int Furthest = 4;

    /// <summary>Another photograph of the same thing.</summary>
    public static Photo Of(Photo photo, SceneRandom random)
    {
        var (mirrored, right, down) = (random.Chance(0.5), random.Next(-Furthest, Furthest + 1), random.Next(-Furthest, Furthest + 1));
        var (contrast, light) = (Between(0.75, 1.25), Between(-38, 38));
        var tables = Enumerable.Range(0, 3).Select(_ => Table(contrast * Between(0.92, 1.08), light)).ToArray();
        var pixels = new byte[photo.Pixels.Length];
        for (var y = 0; y < Photo.Side; y++)
            for (var x = 0; x < Photo.Side; x++)
            {
                var fromX = Math.Clamp(x + right, 0, Photo.Side - 1);
                var from = (Math.Clamp(y + down, 0, Photo.Side - 1) * Photo.Side + (mirrored ? Photo.Side - 1 - fromX : fromX)) * 3;
                for (var c = 0; c < 3; c++)
                    pixels[(y * Photo.Side + x) * 3 + c] = tables[c][photo.Pixels[from + c]];
            }
        return photo with { Pixels = pixels };

        double Between(double low, double high) => low + (high - low) * (random.NextBits() >> 11) / (1UL << 53);
    }

    private static byte[] Table(double contrast, double light) =>
        [.. Enumerable.Range(0, 256).Select(value => (byte)Math.Clamp((value - 128) * contrast + 128 + light, 0, 255))];
}
