namespace EosMLNet.Tests.Onnx;

/// <summary>Images of coloured rectangles on a grainy background.</summary>
internal static class SampleImages
{
    internal static RgbImage Of(int seed, int side) => Of(seed, side, side);

    /// <summary>The same as a file.</summary>
    internal static byte[] Png(int seed, int side)
    {
        using var bitmap = new SkiaSharp.SKBitmap(side, side, SkiaSharp.SKColorType.Rgba8888, SkiaSharp.SKAlphaType.Opaque);
        var pixels = Of(seed, side).Pixels.Span;
        for (var i = 0; i < side * side; i++)
            bitmap.SetPixel(i % side, i / side, new SkiaSharp.SKColor(pixels[3 * i], pixels[3 * i + 1], pixels[3 * i + 2]));
        using var data = bitmap.Encode(SkiaSharp.SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    internal static RgbImage Of(int seed, int height, int width)
    {
        var random = new Random(seed);
        var pixels = new byte[height * width * 3];
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)(90 + random.Next(20));
        for (var box = 0; box < 5; box++)
        {
            var (top, left, size) = (random.Next(height - 16), random.Next(width - 16), 8 + random.Next(8));
            var colour = new byte[3];
            random.NextBytes(colour);
            for (var i = 0; i < size * size; i++)
                colour.CopyTo(pixels, ((top + i / size) * width + left + i % size) * 3);
        }
        return new RgbImage(width, height, pixels);
    }
}
