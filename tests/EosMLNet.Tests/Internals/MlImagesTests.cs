using EosMLNet.Internals;
using Microsoft.ML.Data;
using SkiaSharp;

namespace EosMLNet.Tests.Internals;

public sealed class MlImagesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Theory]
    [InlineData(255, 0)]
    [InlineData(200, 1)] // ML.NET multiplies colours by alpha and rounds; what comes back is one step off at most
    [InlineData(64, 3)]
    public void An_image_file_has_the_same_colours_through_ML_NET_as_read_by_EosMLNet(int alpha, int tolerance)
    {
        var path = WriteNoise((byte)alpha);
        using var image = MLImage.CreateFromFile(path);

        var (found, expected) = (image.ToRgb(), RgbImage.Decode(path));

        Assert.Equal((expected.Width, expected.Height), (found.Width, found.Height));
        foreach (var (a, b) in expected.Pixels.ToArray().Zip(found.Pixels.ToArray()))
            Assert.InRange(b, a - tolerance, a + tolerance);
    }

    [Fact]
    public void A_copy_outlives_its_original()
    {
        var original = TinyModel.Noise(1);
        original.Tag = "tag";
        var pixels = original.Pixels.ToArray();

        using var copy = original.Copy();
        original.Dispose();

        Assert.Equal(pixels, copy.Pixels.ToArray());
        Assert.Equal("tag", copy.Tag);
    }

    public void Dispose() => folder.Dispose();

    private string WriteNoise(byte alpha)
    {
        const int width = 31, height = 17;
        var random = new Random(7);
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, alpha == 255 ? SKAlphaType.Opaque : SKAlphaType.Unpremul));
        for (var i = 0; i < width * height; i++)
            bitmap.SetPixel(i % width, i / width, new SKColor((byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256), alpha));
        using var png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        File.WriteAllBytes(folder["noise.png"], png.ToArray());
        return folder["noise.png"];
    }
}
