using System.Runtime.InteropServices;
using SkiaSharp;

namespace EosMLNet.Tool.Report;

/// <summary>
/// The pictures of a page, each once, as the model sees them: cut or padded so that the grid of tokens covers the whole. Small ones are
/// PNG, so that every pixel is what it was; others are WebP, made smaller.
/// </summary>
/// <param name="padding">What becomes of images that are not square; null where they keep their proportions.</param>
/// <param name="limit">The most bytes that all of them may take as text.</param>
internal sealed class PictureStore(ImagePadding? padding, long limit)
{
    private const int LongestSide = 448, Lossless = 160; // pixels
    private const int Quality = 82; // of WebP
    private static readonly SKColor Around = new(128, 128, 128); // what a square is padded with; close to most processors' mean colour

    private readonly Dictionary<RgbImage, int> numbers = new(ReferenceEqualityComparer.Instance);
    private readonly List<string> pictures = [];
    private long bytes;

    /// <summary>The pictures as data URIs, by their numbers.</summary>
    internal IReadOnlyList<string> Pictures => pictures;

    /// <summary>How many did not fit.</summary>
    internal int LeftOut { get; private set; }

    /// <summary>The number of a picture; null where there is no room for it.</summary>
    internal int? Add(RgbImage image)
    {
        if (numbers.TryGetValue(image, out var number))
            return number;
        var text = DataUri(image);
        if (bytes + text.Length > limit)
        {
            LeftOut++;
            return null;
        }
        bytes += text.Length;
        pictures.Add(text);
        return numbers[image] = pictures.Count - 1;
    }

    private string DataUri(RgbImage image)
    {
        using var seen = Seen(image);
        var scale = Math.Min(1, (double)LongestSide / Math.Max(seen.Width, seen.Height));
        var size = new SKImageInfo(Math.Max(1, (int)Math.Round(seen.Width * scale)), Math.Max(1, (int)Math.Round(seen.Height * scale)));
        using var resized = scale < 1 ? seen.Resize(size, SKFilterQuality.High) : null;
        var small = Math.Max(image.Width, image.Height) <= Lossless;
        using var data = (resized ?? seen).Encode(small ? SKEncodedImageFormat.Png : SKEncodedImageFormat.Webp, Quality);
        return $"data:image/{(small ? "png" : "webp")};base64,{Convert.ToBase64String(data.AsSpan())}";
    }

    private SKBitmap Seen(RgbImage image)
    {
        var side = padding switch
        {
            ImagePadding.Square => Math.Max(image.Width, image.Height),
            ImagePadding.Crop => Math.Min(image.Width, image.Height),
            _ => 0,
        };
        var (width, height) = side == 0 ? (image.Width, image.Height) : (side, side);
        var seen = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using var whole = Bitmap(image);
        using var canvas = new SKCanvas(seen);
        canvas.Clear(Around);
        canvas.DrawBitmap(whole, (width - image.Width) / 2, (height - image.Height) / 2);
        return seen;
    }

    private static SKBitmap Bitmap(RgbImage image)
    {
        var (from, rgba) = (image.Pixels, new byte[image.Pixels.Length / 3 * 4]);
        for (int i = 0, j = 0; i < from.Length; i += 3, j += 4)
            (rgba[j], rgba[j + 1], rgba[j + 2], rgba[j + 3]) = (from.Span[i], from.Span[i + 1], from.Span[i + 2], 255);
        var bitmap = new SKBitmap(new SKImageInfo(image.Width, image.Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        Marshal.Copy(rgba, 0, bitmap.GetPixels(), rgba.Length);
        return bitmap;
    }
}
