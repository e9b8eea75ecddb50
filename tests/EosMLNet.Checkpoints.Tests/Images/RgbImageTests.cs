using EosMLNet.Tests.Internals;
using SkiaSharp;

namespace EosMLNet.Tests.Images;

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

    // Pillow's convert("RGB") shows the palette's colour; a decoder makes the index transparent black.
    [Fact]
    public void A_transparent_index_of_a_GIF_has_its_colour()
    {
        byte[] gif =
        [
            .. "GIF89a"u8, 2, 0, 1, 0, 0x80, 0, 0, 255, 255, 255, 200, 30, 90, // 2 x 1 pixels; white and a red
            0x21, 0xFE, 2, (byte)'h', (byte)'i', 0,                            // a comment in front
            0x21, 0xF9, 4, 1, 0, 0, 0, 0,                                      // index 0 is transparent
            0x2C, 0, 0, 0, 0, 2, 0, 1, 0, 0, 2, 2, 0x44, 0x0A, 0, 0x3B,        // codes of 3 bits: clear, 0, 1, end
        ];
        Assert.Equal([255, 255, 255, 200, 30, 90], Pixels(gif));
        for (var length = 0; length < gif.Length - 6; length++)
            Expect.Error(EosErrors.UnreadableImage, () => RgbImage.Decode(gif.AsSpan(0, length), "cut.gif"), "cut.gif");
    }

    // What a viewer shows of 2 x 3 stored pixels a b / c d / e f under each mark of EXIF.
    [Theory]
    [InlineData(1, 2, "abcdef")]
    [InlineData(2, 2, "badcfe")]
    [InlineData(3, 2, "fedcba")]
    [InlineData(4, 2, "efcdab")]
    [InlineData(5, 3, "acebdf")]
    [InlineData(6, 3, "ecafdb")]
    [InlineData(7, 3, "fdbeca")]
    [InlineData(8, 3, "bdface")]
    public void An_image_is_turned_as_its_mark_says(int mark, int width, string expected)
    {
        var stored = new RgbImage(2, 3, [.. "abcdef".SelectMany(c => (byte[])[(byte)c, (byte)c, (byte)c])]);
        var upright = stored.Turned((OrientationMark)mark);
        Assert.Equal((width, 6 / width), (upright.Width, upright.Height));
        Assert.Equal(expected, string.Concat(upright.Pixels.ToArray().Chunk(3).Select(pixel => (char)pixel[0])));
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
    public void An_image_of_no_bytes_is_refused()
    {
        Expect.Error(EosErrors.UnreadableImage, () => RgbImage.Decode([], "nothing.png"), "nothing.png", "empty");
        File.WriteAllBytes(_folder["zero.png"], []);
        Expect.Error(EosErrors.UnreadableImage, () => RgbImage.Decode(_folder["zero.png"]), "zero.png");
    }

    [Fact]
    public void Text_is_no_image() => Expect.Error(EosErrors.UnreadableImage, () => RgbImage.Decode("this is not an image"u8, "x.png"), "x.png");

    [Theory]
    [InlineData(0.3)]
    [InlineData(0.6)]
    [InlineData(0.95)]
    public void An_image_that_is_cut_short_is_refused(double part)
    {
        var whole = File.ReadAllBytes(GoldenFiles.At("clip-preprocess", "img_97x61.png"));
        Expect.Error(EosErrors.UnreadableImage, () => RgbImage.Decode(whole.AsSpan(0, (int)(whole.Length * part)), "cut.png"), "cut.png");
    }

    [Fact]
    public void A_corrupt_image_is_refused()
    {
        var bytes = File.ReadAllBytes(GoldenFiles.At("clip-preprocess", "img_97x61.png"));
        Array.Fill(bytes, (byte)0x55, bytes.Length / 3, bytes.Length / 3);
        Expect.Error(EosErrors.UnreadableImage, () => RgbImage.Decode(bytes, "corrupt.png"), "corrupt.png");
    }

    [Theory]
    [InlineData(100_000, 100_000)]
    [InlineData(2_000_000_000, 2)]
    [InlineData(9_460, 9_460)]
    public void An_image_that_claims_absurd_dimensions_is_refused_before_memory_is_taken(int width, int height) =>
        Expect.Error(EosErrors.UnreadableImage, () => RgbImage.Decode(PngBytes.Make(width, height, PngBytes.Gray, []), "bomb.png"), "bomb.png");

    [Fact]
    public void A_missing_image_is_named() => Expect.Error(EosErrors.FileMissing, () => RgbImage.Decode(_folder["gone.png"]), "gone.png");

    // More bytes than are read at once, behind three that were read before.
    [Fact]
    public void An_image_is_read_from_where_a_stream_is_to_its_end()
    {
        var pixels = new byte[3 * 200 * 150];
        new Random(7).NextBytes(pixels);
        var file = PngBytes.Make(200, 150, PngBytes.Rgb, pixels);
        Assert.InRange(file.Length, 70_000, 130_000);
        using var stream = new MemoryStream([1, 2, 3, .. file]) { Position = 3 };
        var image = RgbImage.Decode(stream, "test");
        Assert.Equal((200, 150), (image.Width, image.Height));
        Assert.Equal(pixels, image.Pixels.ToArray());
        Expect.Error(EosErrors.UnreadableImage, () => RgbImage.Decode(stream, "a.png"), "the image 'a.png' is empty;");
    }

    [Fact]
    public void A_file_that_is_too_large_is_not_read()
    {
        using (var file = File.Create(_folder["large.png"]))
            file.SetLength((1L << 28) + 1);
        var error = Assert.Throws<EosException>(() => RgbImage.Decode(_folder["large.png"]));
        Assert.Equal($"EOS1010: the image '{_folder["large.png"]}' has 268435457 bytes; expected at most 268435456.", error.Message);
        Assert.Equal(error.Message, Assert.Throws<EosException>(() => RgbImage.TryDecodeStored(_folder["large.png"])).Message);
    }

    [Fact]
    public void A_size_is_read_from_the_header_alone()
    {
        Assert.Equal(new ImageSize(60_000, 70_000), RgbImage.ReadSize(PngBytes.Make(70_000, 60_000, PngBytes.Gray, []), "a.png"));
        Assert.Equal(new ImageSize(8, 24), RgbImage.ReadSize(JpegBytes.Marked(JpegBytes.Photograph(24, 8), 6), "a.jpg"));
        Expect.Error(EosErrors.UnreadableImage, () => RgbImage.ReadSize("this is not an image"u8, "a.png"),
            "EOS1010: the image 'a.png' is of no known image format; expected a whole PNG, JPEG, WebP, GIF or BMP file.");
        Expect.Error(EosErrors.UnreadableImage, () => RgbImage.ReadSize([], "a.png"), "EOS1010: the image 'a.png' is empty;");
    }

    [Fact]
    public void A_stored_image_comes_with_its_mark_and_is_not_turned()
    {
        File.WriteAllBytes(_folder["a.jpg"], JpegBytes.Marked(JpegBytes.Photograph(24, 8), 6));
        var (stored, mark) = RgbImage.TryDecodeStored(_folder["a.jpg"])!.Value;
        Assert.Equal((24, 8, OrientationMark.RightTop), (stored.Width, stored.Height, mark));
        var upright = RgbImage.Decode(_folder["a.jpg"]);
        Assert.Equal((8, 24), (upright.Width, upright.Height));
        Assert.Equal(stored.Turned(OrientationMark.RightTop).Pixels.ToArray(), upright.Pixels.ToArray());
        File.WriteAllBytes(_folder["a.png"], PngBytes.Make(1, 1, PngBytes.Rgb, [1, 2, 3]));
        Assert.Equal(OrientationMark.TopLeft, RgbImage.TryDecodeStored(_folder["a.png"])!.Value.Mark);
    }

    [Fact]
    public void What_is_no_image_or_cannot_be_read_has_no_stored_one()
    {
        Assert.Null(RgbImage.TryDecodeStored(_folder["gone.png"]));
        Assert.Null(RgbImage.TryDecodeStored(_folder.Path));
        Assert.Null(RgbImage.TryDecodeStored(_folder.Write("text.png", "this is not an image")));
        File.WriteAllBytes(_folder["held.png"], PngBytes.Make(1, 1, PngBytes.Rgb, [1, 2, 3]));
        using (new FileStream(_folder["held.png"], FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            Assert.Null(RgbImage.TryDecodeStored(_folder["held.png"]));
            Expect.Error(EosErrors.FileMissing, () => RgbImage.Decode(_folder["held.png"]),
                $"EOS1001: the image '{_folder["held.png"]}' cannot be read: ");
        }
        Assert.NotNull(RgbImage.TryDecodeStored(_folder["held.png"]));
    }

    // SHA-256, computed elsewhere, of the width and the height, four bytes each with the lowest first, and the pixels.
    [Fact]
    public void A_hash_is_of_the_size_and_the_pixels() => Assert.Equal(
        "f25af82c68d29a6c012779bae23ccc6e5640b399d8b0e0b4eddb25ea7f2a61dd", new RgbImage(2, 1, [1, 2, 3, 4, 5, 6]).Hash());

    [Fact]
    public void An_image_is_to_a_model_what_its_processor_makes_of_it()
    {
        var image = new RgbImage(12, 8, [.. Enumerable.Range(0, 288).Select(i => (byte)i)]);
        var processor = PatchImageProcessorTests.Make(PatchKinds.Qwen2 with { PatchSize = 2, Limits = new(16, 64) });
        Assert.Equal(new ImagePart(), image.InPrompt(processor));
        Assert.Equal(new ImageSize(4, 8), image.SizeSeen(processor)); // whole tokens of 4 x 4 pixels, and 64 pixels at most
        Assert.Equal(2 * 4, image.Parts(processor, 1));
        Assert.Equal(0, image.SecondsPerStep(processor));
        var written = new float[8 * processor.ValuesPerPart];
        image.Write(processor, 1, written);
        Assert.Equal(processor.Process([image]), written);
    }

    [Fact]
    public void Pixels_and_dimensions_must_agree()
    {
        Assert.Throws<ArgumentException>(() => new RgbImage(2, 2, new byte[11]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RgbImage(0, 2, []));
    }

    [Fact]
    public void What_is_wrong_with_an_image_is_said()
    {
        Assert.StartsWith("11 bytes for 2 x 2 pixels of 3 bytes.",
            Assert.Throws<ArgumentException>(() => new RgbImage(2, 2, new byte[11])).Message);
        Refused("this is not an image"u8.ToArray(), "is of no known image format;");
        Refused(PngBytes.Make(9_460, 9_460, PngBytes.Gray, []),
            "says that it has 9460 x 9460 pixels, at most 89478485 in all are allowed;");
        Refused(File.ReadAllBytes(GoldenFiles.At("clip-preprocess", "img_97x61.png"))[..4000], "cannot be decoded (");

        static void Refused(byte[] file, string what) => Expect.Error(EosErrors.UnreadableImage, () => RgbImage.Decode(file, "a.png"),
            $"EOS1010: the image 'a.png' {what}", "; expected a whole PNG, JPEG, WebP, GIF or BMP file.");
    }

    [Fact]
    public void An_image_that_stands_upright_is_not_copied()
    {
        var image = new RgbImage(1, 1, [1, 2, 3]);
        Assert.Same(image, image.Turned(OrientationMark.TopLeft));
    }

    private static byte[] Pixels(byte[] file) => RgbImage.Decode(file, "test").Pixels.ToArray();
}
