namespace EosMLNet.Tests.Images;

/// <summary>Images that are not square: what is padded, what is cut, and what it costs.</summary>
public sealed class ImagePaddingTests
{
    private const int Edge = 24;

    public static TheoryData<int, int> Sizes => new()
    {
        { 30, 20 }, { 20, 30 }, { 24, 24 }, { 24, 60 }, { 60, 24 }, { 7, 90 }, { 90, 7 }, { 1, 211 }, { 211, 1 }, { 31, 30 }, { 24, 25 },
    };

    // The way it was done before: the whole image is resized, and then all but the middle is thrown away. The whole resize is held to Pillow's bytes by the golden files.
    [Theory]
    [MemberData(nameof(Sizes))]
    public void Cropping_keeps_what_the_whole_resized_image_has_in_its_middle(int width, int height)
    {
        var processor = ClipImageProcessor.Default(Edge);
        var image = Noise(width, height);
        var whole = processor.Resize(image);
        Assert.Equal(Edge, Math.Min(whole.Width, whole.Height));
        Assert.Equal(Part(whole, (whole.Width - Edge) >> 1, (whole.Height - Edge) >> 1), processor.ToSize(image).Pixels.ToArray());
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void A_padded_image_is_that_of_the_square_with_a_border_of_the_mean_colour(int width, int height)
    {
        var image = Noise(width, height);
        var square = Padded(image, 122, 116, 104); // CLIP's mean times 255, without what is behind the point
        Assert.Equal(ClipImageProcessor.Default(Edge).ToSize(square).Pixels.ToArray(), Square(Edge).ToSize(image).Pixels.ToArray());
    }

    [Fact]
    public void A_square_image_is_the_same_either_way()
    {
        var image = Noise(50, 50);
        Assert.Equal(ClipImageProcessor.Default(Edge).Process([image]), Square(Edge).Process([image]));
    }

    [Fact]
    public void Padding_loses_no_side_and_cropping_does()
    {
        var image = new RgbImage(60, 20, [.. Enumerable.Range(0, 1200).SelectMany(i => i % 60 < 20 ? (byte[])[0, 0, 255] : [255, 255, 255])]); // blue on the left
        Assert.DoesNotContain(Blues(ClipImageProcessor.Default(Edge).ToSize(image)), blue => blue);
        Assert.Contains(Blues(Square(Edge).ToSize(image)), blue => blue);

        static IEnumerable<bool> Blues(RgbImage image) => image.Pixels.ToArray().Chunk(3).Select(pixel => pixel[0] < 30 && pixel[2] > 200);
    }

    // LlavaImageProcessor's do_pad: the file itself asks for the square.
    [Fact]
    public void A_file_that_pads_pads_with_either()
    {
        using var folder = new TemporaryFolder();
        var processor = ClipImageProcessor.FromConfig(folder.Write("preprocessor_config.json", $$"""{"do_pad":true,"size":{{Edge}},"crop_size":{{Edge}}}"""));
        var image = Noise(30, 20);
        Assert.Equal(Square(Edge).ToSize(image).Pixels.ToArray(), processor.ToSize(image).Pixels.ToArray());
        processor.Save(folder.Path);
        Assert.Contains("do_pad", File.ReadAllText(folder["preprocessor_config.json"]));
    }

    // Whole, the resized image has 336 x 336,000 pixels: a third of a gigabyte.
    [Theory]
    [InlineData(1, 1000, ImagePadding.Crop)]
    [InlineData(1000, 1, ImagePadding.Crop)]
    [InlineData(1, 1000, ImagePadding.Square)]
    [InlineData(1000, 1, ImagePadding.Square)]
    [InlineData(10, 3000, ImagePadding.Square)]
    public void Resizing_takes_no_more_memory_than_what_it_keeps(int width, int height, ImagePadding padding)
    {
        var processor = ClipImageProcessor.Default(336).With(padding);
        var image = Noise(width, height);
        processor.ToSize(Noise(3, 4)); // what is compiled is compiled
        var before = GC.GetAllocatedBytesForCurrentThread();
        var result = processor.ToSize(image);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal((336, 336), (result.Width, result.Height));
        Assert.InRange(allocated, 3 * 336 * 336, 8 << 20);
    }

    // An image that is too narrow for the one is too narrow for the other, at the limit that was there before.
    [Theory]
    [InlineData(1, 10_000_000)]
    [InlineData(10_000_000, 1)]
    [InlineData(2, 12_800)]
    public void An_image_that_is_too_narrow_is_refused_with_either(int width, int height)
    {
        var image = new RgbImage(width, height, new byte[3 * width * height]);
        foreach (var processor in new[] { ClipImageProcessor.Default(336), Square(336) })
        {
            if ((long)336 * Math.Max(width, height) / Math.Min(width, height) * 336 * 3 > Array.MaxLength)
                Expect.Error(EosErrors.UnreadableImage, () => processor.ToSize(image), $"{width} x {height}");
            else
                Assert.Equal(336, processor.ToSize(image).Width);
        }
    }

    private static ClipImageProcessor Square(int edge) => ClipImageProcessor.Default(edge).With(ImagePadding.Square);

    private static RgbImage Noise(int width, int height)
    {
        var pixels = new byte[3 * width * height];
        new Random(width * 1000 + height).NextBytes(pixels);
        return new RgbImage(width, height, pixels);
    }

    private static byte[] Part(RgbImage image, int left, int top) =>
        [.. Enumerable.Range(0, Edge).SelectMany(y => image.Pixels.Slice(3 * ((y + top) * image.Width + left), 3 * Edge).ToArray())];

    private static RgbImage Padded(RgbImage image, byte red, byte green, byte blue)
    {
        var side = Math.Max(image.Width, image.Height);
        var (left, top) = ((side - image.Width) / 2, (side - image.Height) / 2);
        var pixels = Enumerable.Repeat((byte[])[red, green, blue], side * side).SelectMany(pixel => pixel).ToArray();
        for (var y = 0; y < image.Height; y++)
            image.Pixels.Span.Slice(3 * y * image.Width, 3 * image.Width).CopyTo(pixels.AsSpan(3 * ((y + top) * side + left)));
        return new RgbImage(side, side, pixels);
    }
}
