using EosMLNet.Internals;
using EosMLNet.Tests.Images;
using Microsoft.ML;
using SkiaSharp;

namespace EosMLNet.Tests.Internals;

/// <summary>
/// <c>eos</c> and the build read an image with <see cref="RgbImage.Decode(string)"/>, a pipeline with ML.NET's <c>LoadImages</c>: each
/// format through both roads, byte for byte.
/// </summary>
public sealed class ImageFormatsTests : IDisposable
{
    private static readonly AnswerSettings Settings = new AnswerOptions { ModelPath = "unused" }.ToSettings();
    private static readonly byte[] TransparentGif = Convert.FromBase64String("R0lGODlhAgABAIAAAP///8geWiH5BAEAAAAALAAAAAACAAEAAAICRAoAOw==");

    private static readonly Dictionary<string, Func<byte[]>> Formats = new()
    {
        ["colours"] = () => PngBytes.Make(4, 3, PngBytes.Rgb, Noise(36)),
        ["greys"] = () => PngBytes.Make(4, 3, PngBytes.Gray, Noise(12)),
        ["greys of 16 bits"] = () => PngBytes.Make(16, 4, 3, PngBytes.Gray, Noise(24)),
        ["colours of 16 bits"] = () => PngBytes.Make(16, 4, 3, PngBytes.Rgb, Noise(72)),
        ["any alpha"] = () => PngBytes.Make(16, 64, PngBytes.Rgba, Noise(4096)),
        ["alpha 0"] = () => PngBytes.Make(4, 3, PngBytes.Rgba, [.. Noise(48).Select((b, i) => i % 4 == 3 ? (byte)0 : b)]),
        ["alpha of 16 bits"] = () => PngBytes.Make(16, 4, 3, PngBytes.Rgba, Noise(96)),
        ["greys and alpha"] = () => PngBytes.Make(4, 3, PngBytes.GrayAlpha, Noise(24)),
        ["a palette"] = () => PngBytes.Make(4, 3, PngBytes.Palette, [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2], ("PLTE", Noise(9))),
        ["a palette with transparency"] = () => PngBytes.Make(4, 3, PngBytes.Palette, [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2], ("PLTE", Noise(9)), ("tRNS", [0, 77])),
        ["a transparent GIF"] = () => TransparentGif,
        ["a JPEG"] = () => JpegBytes.Photograph(40, 24),
        ["a JPEG in four inks"] = () => JpegBytes.Cmyk(10, 200, 120, 230),
        ["a WebP"] = () => WebP(SKAlphaType.Opaque),
        ["a WebP with alpha"] = () => WebP(SKAlphaType.Unpremul),
        ["a BMP"] = () => Bitmap(3, 2),
    };

    private readonly MLContext ml = new(seed: 1);
    private readonly TemporaryFolder folder = new();

    public static TheoryData<string> Names => [.. Formats.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void An_image_is_the_same_through_ML_NET_as_through_eos(string format) => AssertSame(Formats[format]());

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void An_image_with_an_orientation_mark_stands_upright_on_both_roads(byte mark)
    {
        var plain = JpegBytes.Photograph(40, 24);
        var upright = AssertSame(JpegBytes.Marked(plain, mark));
        Assert.Equal(mark >= 5 ? (24, 40) : (40, 24), (upright.Width, upright.Height));
        var stored = RgbImage.Decode(plain, "plain").Pixels;
        for (var y = 0; y < upright.Height; y++)
        {
            for (var x = 0; x < upright.Width; x++)
            {
                var (column, row) = mark switch
                {
                    1 => (x, y),
                    2 => (39 - x, y),
                    3 => (39 - x, 23 - y),
                    4 => (x, 23 - y),
                    5 => (y, x),
                    6 => (y, 23 - x),
                    7 => (39 - y, 23 - x),
                    _ => (39 - y, x),
                };
                Assert.True(stored.Span.Slice(3 * (row * 40 + column), 3).SequenceEqual(upright.Pixels.Span.Slice(3 * (y * upright.Width + x), 3)), $"{x}, {y}");
            }
        }
    }

    [Fact]
    public void Colours_under_transparent_pixels_are_those_of_the_file()
    {
        Assert.Equal([250, 128, 3, 10, 20, 30], AssertSame(PngBytes.Make(2, 1, PngBytes.Rgba, [250, 128, 3, 0, 10, 20, 30, 255])).Pixels.ToArray());
        Assert.Equal([255, 255, 255, 200, 30, 90], AssertSame(TransparentGif).Pixels.ToArray()); // Pillow's convert("RGB")
    }

    public static TheoryData<string, byte[]> Broken => new()
    {
        { "zero.png", [] },
        { "text.png", "this is not an image"u8.ToArray() },
        { "cut.jpg", Cut(JpegBytes.Photograph(64, 48), 0.75) },
        { "cut-marked.jpg", Cut(JpegBytes.Marked(JpegBytes.Photograph(64, 48), 6), 0.75) },
        { "cut.png", Cut(PngBytes.Make(64, 48, PngBytes.Rgb, Noise(64 * 48 * 3)), 0.6) },
        { "cut-alpha.png", Cut(PngBytes.Make(64, 48, PngBytes.Rgba, Noise(64 * 48 * 4)), 0.6) },
        { "cut.webp", Cut(WebP(SKAlphaType.Opaque), 0.6) },
        { "cut.gif", TransparentGif[..^6] },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void What_is_no_whole_image_is_the_same_fault_on_both_roads(string name, byte[] bytes)
    {
        File.WriteAllBytes(folder[name], bytes);
        Expect.Error(EosErrors.UnreadableImage, () => RgbImage.Decode(folder[name]), name);
        Expect.Error(EosErrors.UnreadableImage, () => ThroughPipeline(name), "Row 1");
    }

    [Fact]
    public void A_stage_between_may_change_the_colours_and_the_image_still_stands_upright()
    {
        File.WriteAllBytes(folder["a.jpg"], JpegBytes.Marked(JpegBytes.Photograph(40, 24), 6));
        var grey = ThroughPipeline("a.jpg", images => images.Append(ml.Transforms.ConvertToGrayscale("Image")));
        Assert.Equal((24, 40), (grey.Width, grey.Height));
        Assert.All(grey.Pixels.ToArray().Chunk(3), pixel => Assert.Equal((pixel[0], pixel[0]), (pixel[1], pixel[2])));
    }

    [Fact]
    public void An_image_that_a_stage_has_resized_is_taken_as_it_is()
    {
        File.WriteAllBytes(folder["a.jpg"], JpegBytes.Marked(JpegBytes.Photograph(40, 24), 6));
        var resized = ThroughPipeline("a.jpg", images => images.Append(ml.Transforms.ResizeImages("Image", 10, 12)));
        Assert.Equal((10, 12), (resized.Width, resized.Height));
    }

    [Fact]
    public void A_tag_that_names_no_image_of_these_pixels_means_nothing()
    {
        using var image = TinyModel.Noise(3);
        var expected = image.ToRgb().Pixels.ToArray();
        File.WriteAllText(folder["notes.txt"], "notes");
        using (var other = TinyModel.Noise(4))
            other.Save(folder["other.png"]);
        foreach (var tag in new[] { "a holiday", folder["gone.png"], folder["notes.txt"], folder["other.png"], folder.Path })
        {
            image.Tag = tag;
            Assert.Equal(expected, image.ToRgb().Pixels.ToArray());
        }
    }

    [Fact]
    public void An_application_s_upload_is_decoded_as_a_file_is()
    {
        var bytes = JpegBytes.Marked(JpegBytes.Photograph(40, 24), 8);
        File.WriteAllBytes(folder["a.jpg"], bytes);
        var expected = RgbImage.Decode(folder["a.jpg"]).Pixels.ToArray();

        using var fromFile = ml.VisionLanguage().LoadImage(folder["a.jpg"]);
        using var fromStream = ml.VisionLanguage().LoadImage(new MemoryStream(bytes));

        Assert.Equal(expected, fromFile.ToRgb().Pixels.ToArray());
        Assert.Equal(expected, fromStream.ToRgb().Pixels.ToArray());
        Expect.Error(EosErrors.UnreadableImage, () => ml.VisionLanguage().LoadImage(new MemoryStream(Cut(bytes, 0.75)), "holiday.jpg"), "holiday.jpg");
        Expect.Error(EosErrors.UnreadableImage, () => ml.VisionLanguage().LoadImage(Stream.Null), "the upload");
        Expect.Error(EosErrors.FileMissing, () => ml.VisionLanguage().LoadImage(folder["gone.jpg"]), "gone.jpg");
    }

    public void Dispose() => folder.Dispose();

    private RgbImage AssertSame(byte[] file)
    {
        File.WriteAllBytes(folder["image"], file);
        var (expected, found) = (RgbImage.Decode(folder["image"]), ThroughPipeline("image"));
        Assert.Equal((expected.Width, expected.Height), (found.Width, found.Height));
        Assert.Equal(expected.Pixels.ToArray(), found.Pixels.ToArray());
        return found;
    }

    private RgbImage ThroughPipeline(string name, Func<IEstimator<ITransformer>, IEstimator<ITransformer>>? more = null)
    {
        var rows = ml.Data.LoadFromEnumerable([new VqaRow { ImagePath = name, Question = "?" }]);
        IEstimator<ITransformer> images = ml.Transforms.LoadImages("Image", folder.Path, "ImagePath");
        var view = (more?.Invoke(images) ?? images).Fit(rows).Transform(rows);
        using var cursor = view.GetRowCursor([view.Schema["Image"], view.Schema["Question"]]);
        Assert.True(cursor.MoveNext());
        return (RgbImage)new QueryReader(cursor, Settings, videos: null).Read().Images[0];
    }

    private static byte[] Noise(int count)
    {
        var bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }

    private static byte[] Cut(byte[] file, double part) => file[..(int)(file.Length * part)];

    private static byte[] WebP(SKAlphaType alpha)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(32, 20, SKColorType.Rgba8888, alpha));
        var noise = Noise(32 * 20 * 4);
        for (var i = 0; i < 640; i++)
            bitmap.SetPixel(i % 32, i / 32, new SKColor(noise[4 * i], noise[4 * i + 1], noise[4 * i + 2], alpha == SKAlphaType.Opaque ? (byte)255 : noise[4 * i + 3]));
        using var pixels = bitmap.PeekPixels();
        using var data = pixels.Encode(new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossless, 100));
        return data.ToArray();
    }

    // 24 bits a pixel, bottom row first, rows filled up to 4 bytes.
    private static byte[] Bitmap(int width, int height)
    {
        var row = (3 * width + 3) / 4 * 4;
        return
        [
            .. "BM"u8, .. BitConverter.GetBytes(54 + row * height), 0, 0, 0, 0, 54, 0, 0, 0,
            40, 0, 0, 0, .. BitConverter.GetBytes(width), .. BitConverter.GetBytes(height), 1, 0, 24, 0, .. new byte[24], .. Noise(row * height),
        ];
    }
}
