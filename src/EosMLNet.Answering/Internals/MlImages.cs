using Microsoft.ML.Data;

namespace EosMLNet.Internals;

/// <summary>Images between ML.NET and EosMLNet.</summary>
internal static class MlImages
{
    /// <summary>
    /// The image as <c>eos</c> and the build see it. <c>LoadImages</c> leaves an image's file name in <see cref="MLImage.Tag"/>. Where
    /// that file still holds these pixels, it is read again: ML.NET's decoder
    /// loses the colours under transparent pixels and the orientation mark, and shows a file that is cut short as if it were whole
    /// (build/docs/adr/0022).
    /// </summary>
    /// <exception cref="EosException">EOS1010: the file is cut short or damaged, or the image has an unknown pixel format.</exception>
    public static RgbImage ToRgb(this MLImage image)
    {
        if (image.Tag is not { Length: > 0 } path || RgbImage.TryDecodeStored(path) is not var (stored, mark) ||
            (stored.Width, stored.Height) != (image.Width, image.Height))
        {
            return image.OwnPixels();
        }
        var upright = Shows(image, stored) ? stored : image.OwnPixels(); // another stage may have changed the colours
        return upright.Turned(mark);
    }

    /// <summary>The image as ML.NET's type, opaque, for an application to ask about.</summary>
    public static MLImage ToMlImage(this RgbImage image)
    {
        var from = image.Pixels.Span;
        var to = new byte[from.Length / 3 * 4];
        for (int source = 0, target = 0; source < from.Length; source += 3, target += 4)
            (to[target], to[target + 1], to[target + 2], to[target + 3]) =
                (from[source], from[source + 1], from[source + 2], byte.MaxValue);
        return MLImage.CreateFromPixels(image.Width, image.Height, MLPixelFormat.Rgba32, to);
    }

    /// <summary>A copy that its holder disposes.</summary>
    public static MLImage Copy(this MLImage image)
    {
        var copy = MLImage.CreateFromPixels(image.Width, image.Height, image.PixelFormat, image.Pixels);
        copy.Tag = image.Tag;
        return copy;
    }

    // Rows of red, green, blue bytes, without alpha.
    private static RgbImage OwnPixels(this MLImage image)
    {
        var (red, blue) = Places(image);
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

    // Whether ML.NET's pixels are the file's, but for what alpha did to them: multiplied colours are rounded, and gone where alpha is 0.
    private static bool Shows(MLImage image, RgbImage stored)
    {
        var (red, blue) = Places(image);
        var found = image.Pixels;
        var expected = stored.Pixels.Span;
        for (int i = 0, j = 0; i < found.Length; i += 4, j += 3)
        {
            var alpha = found[i + 3];
            var fits = Fits(found[i + red], expected[j], alpha) && Fits(found[i + 1], expected[j + 1], alpha)
                && Fits(found[i + blue], expected[j + 2], alpha);
            if (!fits)
                return false;
        }
        return true;

        static bool Fits(byte multiplied, byte colour, byte alpha) => alpha switch
        {
            byte.MaxValue => multiplied == colour,
            0 => multiplied == 0,
            _ => Math.Abs(multiplied * byte.MaxValue - colour * alpha) <= byte.MaxValue,
        };
    }

    private static (int Red, int Blue) Places(MLImage image) => image.PixelFormat switch
    {
        MLPixelFormat.Rgba32 => (0, 2),
        MLPixelFormat.Bgra32 => (2, 0),
        var other => throw new EosException(EosErrors.UnreadableImage,
            $"An image has the pixel format {other}; expected Rgba32 or Bgra32. Convert it before the model sees it."),
    };

    // ML.NET decodes translucent images with their colours multiplied by alpha; the models were trained on colours that are not.
    private static byte Straight(byte colour, byte alpha) =>
        alpha is 0 or byte.MaxValue || colour > alpha ? colour : (byte)(((colour * byte.MaxValue) + (alpha / 2)) / alpha);
}
