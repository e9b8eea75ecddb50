using System.Text.Json;
using FsCheck.Xunit;

namespace EosMLNet.Tests.Images;

/// <summary>Against transformers' tables of sizes (Golden/backbones).</summary>
public sealed class SmartResizeTests
{
    [Fact]
    public void Images_get_the_sizes_of_transformers_since_June_2025()
    {
        var rows = Json("tables", "resize-and-anyres.json").GetProperty("smart_resize");
        Assert.Equal(160, rows.GetArrayLength());
        foreach (var row in rows.EnumerateArray())
        {
            var limits = new PixelLimits(Int(row, "min_pixels"), Int(row, "max_pixels"));
            Check(row.GetProperty("out_since_june_2025"), () => SmartResize.Of(new(Int(row, "h"), Int(row, "w")), Int(row, "factor"), limits), row);
        }
    }

    [Theory]
    [InlineData("image", 65536, 16777216)]
    [InlineData("image_small_limits", 4096, 16000)]
    public void Images_of_Qwen3_get_their_sizes(string table, int least, int most)
    {
        var rows = Json("qwen3_vl", "processor", "smart-resize.json").GetProperty(table);
        Assert.Equal(19, rows.GetArrayLength());
        foreach (var row in rows.EnumerateArray())
            Check(row.GetProperty("out"), () => SmartResize.Of(Size(row.GetProperty("size")), 32, new(least, most)), row);
    }

    [Fact]
    public void Videos_of_Qwen3_get_their_sizes()
    {
        var processor = PatchImageProcessorTests.Make(PatchKinds.Qwen3);
        var rows = Json("qwen3_vl", "processor", "smart-resize.json").GetProperty("video");
        Assert.Equal(42, rows.GetArrayLength());
        foreach (var row in rows.EnumerateArray())
            Check(row.GetProperty("out"), () => processor.SizeSeenOfVideo(Size(row.GetProperty("size")), Int(row, "frames")), row);
    }

    // 42/28 is 1.5 and 70/28 is 2.5: both become the even 2.
    [Fact]
    public void Halves_are_rounded_to_the_even_number() =>
        Assert.Equal(new ImageSize(56, 56), SmartResize.Of(new(42, 70), 28, new(1, 1 << 20)));

    [Theory]
    [InlineData(1, 200, true)]
    [InlineData(1, 201, false)]
    [InlineData(4020, 20, false)]
    public void An_image_may_be_200_times_as_long_as_wide(int height, int width, bool isAllowed)
    {
        ImageSize Resize() => SmartResize.Of(new(height, width), 28, new(3136, 1 << 20));
        if (isAllowed)
            Assert.Equal(0, Resize().Width % 28);
        else
            Expect.Error(EosErrors.UnreadableImage, () => Resize(), $"{height} x {width}", "200");
    }

    // 50 and 60 are nearest to 56: 3136 pixels, no more than are allowed.
    [Fact]
    public void A_size_that_is_just_the_limit_when_it_is_rounded_stays()
    {
        Assert.Equal(new ImageSize(56, 56), SmartResize.Of(new(50, 60), 28, new(1, 3136)));
        Assert.Equal(new ImageSize(28, 56), SmartResize.Of(new(50, 60), 28, new(1, 3135)));
    }

    [Fact]
    public void Frames_have_at_least_the_size_of_a_token()
    {
        Assert.Equal(new ImageSize(28, 56), SmartResize.OfVideo(new(28, 56), 2, 2, 28, new(1, 1 << 20)));
        Assert.Equal(new ImageSize(56, 28), SmartResize.OfVideo(new(56, 28), 2, 2, 28, new(1, 1 << 20)));
        foreach (var frame in (ReadOnlySpan<ImageSize>)[new(27, 56), new(56, 27)])
        {
            Expect.Error(EosErrors.UnreadableImage, () => SmartResize.OfVideo(frame, 2, 2, 28, new(1, 1 << 20)),
                $"EOS1010: a video's frames have {frame} pixels, expected at least 28 x 28. Enlarge them.");
        }
    }

    [Fact]
    public void Limits_and_factors_are_positive()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => SmartResize.Of(new(1, 1), 28, new(0, 1 << 20)));
        Assert.Throws<ArgumentOutOfRangeException>(() => SmartResize.Of(new(1, 1), 0, new(1, 1 << 20)));
    }

    [Property(MaxTest = 2000)]
    public bool Sides_are_multiples_of_the_factor_and_the_area_is_within_the_limits(ushort height, ushort width, byte half, ushort least, ushort most)
    {
        var (image, factor) = (new ImageSize(1 + height % 5000, 1 + width % 5000), 2 * (1 + half % 32));
        if (Ratio(image) > 200)
            return true;
        // Room for whole tokens between the limits: else no size is within both.
        var limits = new PixelLimits(factor * factor * (1 + least % 64), factor * factor * (1 + least % 64) * (8 + most % 512));
        var (h, w) = SmartResize.Of(image, factor, limits);
        var isWithin = (long)h * w >= limits.Least && ((long)h * w <= limits.Most || Math.Min(h, w) == factor);
        return h >= factor && w >= factor && h % factor == 0 && w % factor == 0 && isWithin;
    }

    // Each side is off by less than a factor from the same scale of both.
    [Property(MaxTest = 2000)]
    public bool Proportions_stay_as_far_as_whole_tokens_allow(ushort height, ushort width, byte half, ushort most)
    {
        var (image, factor) = (new ImageSize(1 + height % 5000, 1 + width % 5000), 2 * (1 + half % 32));
        if (Ratio(image) > 200)
            return true;
        var limits = new PixelLimits(factor * factor, factor * factor * (8 + most % 4096));
        var (h, w) = SmartResize.Of(image, factor, limits);
        // Some scale gives both sides: the intervals of scales that each of them allows have one in common.
        var (low, high) = (Math.Max((h - factor) / (double)image.Height, (w - factor) / (double)image.Width),
            Math.Min((h + factor) / (double)image.Height, (w + factor) / (double)image.Width));
        return low < high || Math.Min(h, w) == factor;
    }

    [Property(MaxTest = 500)]
    public bool A_size_that_fits_stays(byte rows, byte columns, byte half)
    {
        var (factor, size) = (2 * (1 + half % 32), new ImageSize(1 + rows % 40, 1 + columns % 40));
        var image = new ImageSize(size.Height * factor, size.Width * factor);
        return Ratio(image) > 200 || SmartResize.Of(image, factor, new(1, image.Height * image.Width)) == image;
    }

    private static double Ratio(ImageSize size) => (double)Math.Max(size.Height, size.Width) / Math.Min(size.Height, size.Width);

    private static void Check(JsonElement expected, Func<ImageSize> resize, JsonElement row)
    {
        if (expected.ValueKind == JsonValueKind.Null)
        {
            var error = Assert.Throws<EosException>(() => resize());
            Assert.True(error.Code is EosErrors.UnreadableImage or EosErrors.ModelInput, error.Message);
        }
        else
        {
            Assert.True(Size(expected) == resize(), $"{row}: {resize()}");
        }
    }

    private static int Int(JsonElement row, string name) => row.GetProperty(name).GetInt32();

    private static ImageSize Size(JsonElement pair) => new(pair[0].GetInt32(), pair[1].GetInt32());

    private static JsonElement Json(params string[] parts) => JsonDocument.Parse(File.ReadAllText(GoldenFiles.At(["backbones", .. parts]))).RootElement;
}
