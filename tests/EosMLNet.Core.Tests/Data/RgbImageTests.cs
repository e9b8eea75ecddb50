using EosMLNet.Data;
using SkiaSharp;

namespace EosMLNet.Tests.Data;

public sealed class RgbImageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Colours_are_read_row_by_row() =>
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], Pixels(PngBytes.Make(2, 2, PngBytes.Rgb, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])));

    [Fact]
    public void Greys_are_expanded() => Assert.Equal([7, 7, 7, 200, 200, 200], Pixels(PngBytes.Make(2, 1, PngBytes.Gray, [7, 200])));

    [Fact]
    public void Alpha_is_dropped_without_blending()
    {
        Assert.Equal([250, 128, 3, 10, 20, 30], Pixels(PngBytes.Make(2, 1, PngBytes.Rgba, [250, 128, 3, 0, 10, 20, 30, 77])));
        Assert.Equal([9, 9, 9, 200, 200, 200], Pixels(PngBytes.Make(2, 1, PngBytes.GrayAlpha, [9, 0, 200, 128])));
    }

    [Fact]
    public void Palettes_are_expanded_and_their_transparency_dropped()
    {
        (string, byte[])[] chunks = [("PLTE", [250, 128, 3, 10, 20, 30]), ("tRNS", [0, 128])];
        Assert.Equal([10, 20, 30, 250, 128, 3], Pixels(PngBytes.Make(2, 1, PngBytes.Palette, [1, 0], chunks)));
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    [InlineData(SKEncodedImageFormat.Webp)]
    public void Photographs_formats_are_read(SKEncodedImageFormat format)
    {
        using var bitmap = new SKBitmap(16, 8);
        bitmap.Erase(new SKColor(200, 30, 90));
        var image = RgbImage.Decode(bitmap.Encode(format, 100).ToArray(), "photograph");
        Assert.Equal((16, 8), (image.Width, image.Height));
        Assert.InRange(image.Pixels.Span[0], 195, 205);
        Assert.InRange(image.Pixels.Span[1], 25, 35);
        Assert.InRange(image.Pixels.Span[2], 85, 95);
    }

    [Fact]
    public void A_picture_of_no_bytes_is_refused()
    {
        Expect.Error(EosErrors.UnreadableImage, () => RgbImage.Decode([], "nothing.png"), "nothing.png", "empty");
        File.WriteAllBytes(_folder["zero.png"], []);
        Expect.Error(EosErrors.UnreadableImage, () => RgbImage.Decode(_folder["zero.png"]), "zero.png");
    }

    [Fact]
    public void Text_is_no_picture() => Expect.Error(EosErrors.UnreadableImage, () => RgbImage.Decode("this is not a picture"u8, "x.png"), "x.png");

    [Theory]
    [InlineData(0.3)]
    [InlineData(0.6)]
    [InlineData(0.95)]
    public void A_picture_that_is_cut_short_is_refused(double part)
    {
        var whole = File.ReadAllBytes(GoldenFiles.At("clip-preprocess", "img_97x61.png"));
        Expect.Error(EosErrors.UnreadableImage, () => RgbImage.Decode(whole.AsSpan(0, (int)(whole.Length * part)), "cut.png"), "cut.png");
    }

    [Fact]
    public void A_corrupt_picture_is_refused()
    {
        var bytes = File.ReadAllBytes(GoldenFiles.At("clip-preprocess", "img_97x61.png"));
        Array.Fill(bytes, (byte)0x55, bytes.Length / 3, bytes.Length / 3);
        Expect.Error(EosErrors.UnreadableImage, () => RgbImage.Decode(bytes, "corrupt.png"), "corrupt.png");
    }

    [Theory]
    [InlineData(100_000, 100_000)]
    [InlineData(2_000_000_000, 2)]
    [InlineData(9_460, 9_460)]
    public void A_picture_that_claims_absurd_dimensions_is_refused_before_memory_is_taken(int width, int height) =>
        Expect.Error(EosErrors.UnreadableImage, () => RgbImage.Decode(PngBytes.Make(width, height, PngBytes.Gray, []), "bomb.png"), "bomb.png");

    [Fact]
    public void A_missing_picture_is_named() => Expect.Error(EosErrors.FileMissing, () => RgbImage.Decode(_folder["gone.png"]), "gone.png");

    [Fact]
    public void Pixels_and_dimensions_must_agree()
    {
        Assert.Throws<ArgumentException>(() => new RgbImage(2, 2, new byte[11]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RgbImage(0, 2, []));
    }

    private static byte[] Pixels(byte[] file) => RgbImage.Decode(file, "test").Pixels.ToArray();
}
