using EosMLNet.Data;
using Microsoft.ML.Data;

namespace EosMLNet.Internals;

/// <summary>Pictures between ML.NET and EosMLNet.</summary>
internal static class MlImages
{
    /// <summary>The picture's colours, without alpha, as EosMLNet's own type: rows of red, green, blue bytes.</summary>
    public static RgbImage ToRgb(this MLImage image)
    {
        var (red, blue) = image.PixelFormat switch
        {
            MLPixelFormat.Rgba32 => (0, 2),
            MLPixelFormat.Bgra32 => (2, 0),
            var other => throw new EosException(EosErrors.UnreadableImage,
                $"A picture has the pixel format {other}; expected Rgba32 or Bgra32. Convert it before the model sees it."),
        };
        var from = image.Pixels;
        var to = new byte[image.Width * image.Height * 3];
        for (int source = 0, target = 0; target < to.Length; source += 4, target += 3)
        {
            var alpha = from[source + 3];
            to[target] = Straight(from[source + red], alpha);
            to[target + 1] = Straight(from[source + 1], alpha);
            to[target + 2] = Straight(from[source + blue], alpha);
        }
        return new RgbImage(image.Width, image.Height, to);
    }

    /// <summary>A copy that its holder disposes.</summary>
    public static MLImage Copy(this MLImage image)
    {
        var copy = MLImage.CreateFromPixels(image.Width, image.Height, image.PixelFormat, image.Pixels);
        copy.Tag = image.Tag;
        return copy;
    }

    // ML.NET decodes translucent pictures with their colours multiplied by alpha; the models were trained on colours that are not.
    private static byte Straight(byte colour, byte alpha) =>
        alpha is 0 or byte.MaxValue || colour > alpha ? colour : (byte)(((colour * byte.MaxValue) + (alpha / 2)) / alpha);
}
