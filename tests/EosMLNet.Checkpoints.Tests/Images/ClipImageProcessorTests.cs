namespace EosMLNet.Tests.Images;

public sealed class ClipImageProcessorTests : IDisposable
{
    private const string Values = """
        "do_convert_rgb":true,"resample":3,"do_rescale":true,"rescale_factor":0.00392156862745098,"do_normalize":true,
        "image_mean":[0.48145466,0.4578275,0.40821073],"image_std":[0.26862954,0.26130258,0.27577711]
        """;

    private static readonly string GoldenConfig = GoldenFiles.At("clip-preprocess", "preprocessor_config.json");
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("img_97x61")]
    [InlineData("img_64x120")]
    [InlineData("gray_40x30")]
    public void Every_step_gives_transformers_numbers(string name)
    {
        using var golden = SafetensorsFile.Open(GoldenFiles.At("clip-preprocess", "clip-preprocess-golden.safetensors"));
        var processor = ClipImageProcessor.FromConfig(GoldenConfig);

        var image = RgbImage.Decode(GoldenFiles.At("clip-preprocess", $"{name}.png"));
        AssertSame(golden, $"{name}.rgb", image);
        var resized = processor.Resize(image);
        AssertSame(golden, $"{name}.resized", resized);
        AssertSame(golden, $"{name}.cropped", processor.ToSize(image));

        var values = processor.Process([image]); // (1, 3, 56, 56)
        var expected = golden.ReadFloats($"{name}.pixel_values");
        Assert.Equal(expected.Length, values.Length);
        Assert.InRange(values.Zip(expected, (found, wanted) => Math.Abs(found - wanted)).Max(), 0, 1e-6f);
    }

    [Fact]
    public void A_batch_is_its_images_one_after_another()
    {
        var processor = ClipImageProcessor.Default(56);
        var images = new[] { "img_97x61", "img_64x120", "gray_40x30" }.Select(n => RgbImage.Decode(GoldenFiles.At("clip-preprocess", $"{n}.png"))).ToArray();
        var batch = processor.Process(images); // (3, 3, 56, 56)
        Assert.Equal(images.SelectMany(image => processor.Process([image])), batch);
        Assert.Equal(images.Length * processor.ValuesPerPart, batch.Length);
        Assert.Empty(processor.Process([]));
    }

    [Fact]
    public void The_default_is_the_golden_configuration() => AssertSameValues(ClipImageProcessor.FromConfig(GoldenConfig), ClipImageProcessor.Default(56));

    [Fact]
    public void What_is_saved_loads_as_it_was()
    {
        ClipImageProcessor.FromConfig(GoldenConfig).Save(_folder.Path);
        AssertSameValues(ClipImageProcessor.FromConfig(GoldenConfig), ClipImageProcessor.FromConfig(_folder["preprocessor_config.json"]));
    }

    [Fact]
    public void Omitted_values_have_transformers_defaults()
    {
        var processor = Load("{}");
        Assert.Equal((224, 224), (processor.Width, processor.Height));
        AssertSameValues(ClipImageProcessor.Default(224), processor);
    }

    [Theory]
    [InlineData("""{"size":20,"crop_size":8}""", 20, 40)]
    [InlineData("""{"size":{"shortest_edge":20},"crop_size":{"height":8,"width":8}}""", 20, 40)]
    [InlineData("""{"size":{"height":9,"width":11},"crop_size":8}""", 9, 11)]
    [InlineData("""{"size":{"height":9,"width":11},"do_center_crop":false}""", 9, 11)]
    [InlineData("""{"do_resize":false,"crop_size":8}""", 10, 20)]
    public void Sizes_are_read_in_each_spelling(string json, int height, int width)
    {
        var resized = Load(json).Resize(Ramp(20, 10));
        Assert.Equal((height, width), (resized.Height, resized.Width));
    }

    [Fact]
    public void Without_a_crop_the_size_is_the_resized_one()
    {
        var processor = Load("""{"size":{"height":9,"width":11},"do_center_crop":false}""");
        Assert.Equal((9, 11), (processor.Height, processor.Width));
    }

    [Fact]
    public void An_image_of_the_right_size_is_not_resampled()
    {
        var image = Ramp(8, 8);
        Assert.Equal(image.Pixels.ToArray(), Load("""{"size":8,"crop_size":8}""").Resize(image).Pixels.ToArray());
    }

    // By hand: the triangle filter halves 4 pixels to 2 with the weights 3/7 3/7 1/7 (at the edges, normalised).
    [Fact]
    public void Bilinear_resizing_weighs_by_distance()
    {
        var resized = Load("""{"resample":2,"size":{"height":1,"width":2},"crop_size":{"height":1,"width":2}}""").Resize(Row(10, 80, 150, 220));
        Assert.Equal([60, 60, 60, 170, 170, 170], resized.Pixels.ToArray());
    }

    [Fact]
    public void Overshoot_of_the_cubic_filter_is_clipped()
    {
        var resized = Load("""{"size":{"height":1,"width":12},"crop_size":{"height":1,"width":12}}""").Resize(Row(0, 0, 0, 255, 255, 255));
        Assert.Equal(0, resized.Pixels.Span[0]);
        Assert.Equal(255, resized.Pixels.Span[^1]);
        Assert.Contains((byte)0, resized.Pixels[6..].ToArray());
    }

    // transformers' center_crop: offset floor((size - crop) / 2), what lies outside is 0.
    [Theory]
    [InlineData(3, 8, new byte[] { 0, 0, 0, 1, 2, 3, 0, 0 })]
    [InlineData(4, 7, new byte[] { 0, 0, 1, 2, 3, 4, 0 })]
    [InlineData(5, 8, new byte[] { 0, 0, 1, 2, 3, 4, 5, 0 })]
    [InlineData(6, 3, new byte[] { 2, 3, 4 })]
    public void A_crop_larger_than_the_image_is_padded_with_black(int size, int crop, byte[] expected)
    {
        var processor = Load($$"""{"do_resize":false,"crop_size":{"height":1,"width":{{crop}} } }""");
        var cropped = processor.ToSize(Row([.. Enumerable.Range(1, size).Select(i => (byte)i)]));
        Assert.Equal(expected, cropped.Pixels.ToArray().Where((_, i) => i % 3 == 0));
    }

    [Fact]
    public void Black_padding_goes_above_and_below_too()
    {
        var cropped = Load("""{"do_resize":false,"crop_size":{"height":3,"width":2}}""").ToSize(Row(1, 2));
        Assert.Equal([0, 0, 1, 2, 0, 0], cropped.Pixels.ToArray().Where((_, i) => i % 3 == 0));
    }

    [Fact]
    public void Rescaling_and_normalising_can_be_switched_off()
    {
        float First(string flags) => Load($$"""{"do_resize":false,"crop_size":{"height":1,"width":1},{{flags}}}""").Process([Row(51)])[0];
        Assert.Equal(51, First("""  "do_rescale":false,"do_normalize":false  """));
        Assert.Equal(0.2f, First("""  "do_normalize":false  """), 6);
        Assert.Equal(25, First("""  "do_rescale":false,"image_mean":[1,0,0],"image_std":[2,1,1]  """), 6);
        Assert.Equal(102, First("""  "rescale_factor":2,"do_normalize":false  """), 6);
    }

    [Theory]
    [InlineData("""{"resample":1}""", EosErrors.UnsupportedModel, "resample")]
    [InlineData("""{"size":{"longest_edge":5}}""", EosErrors.UnsupportedModel, "size.height")]
    [InlineData("""{"size":0}""", EosErrors.UnsupportedModel, "size")]
    [InlineData("""{"crop_size":-3}""", EosErrors.UnsupportedModel, "crop_size")]
    [InlineData("""{"crop_size":{"height":99999999,"width":1}}""", EosErrors.UnsupportedModel, "crop_size.height")]
    [InlineData("""{"do_center_crop":false}""", EosErrors.UnsupportedModel, "do_center_crop")]
    [InlineData("""{"image_mean":[0.5]}""", EosErrors.UnsupportedModel, "image_mean")]
    [InlineData("""{"image_std":[0.5,0,0.5]}""", EosErrors.UnsupportedModel, "image_std")]
    [InlineData("""{"image_mean":"x"}""", EosErrors.MalformedJson, "image_mean")]
    [InlineData("""{"do_resize":1}""", EosErrors.MalformedJson, "do_resize")]
    [InlineData("""{"size":224""", EosErrors.MalformedJson, "line 1")]
    public void Bad_settings_are_refused(string json, string code, string inMessage) => Expect.Error(code, () => Load(json), inMessage, "preprocessor_config.json");

    [Fact]
    public void An_image_so_narrow_that_its_resized_length_is_absurd_is_refused() =>
        Expect.Error(EosErrors.UnreadableImage, () => ClipImageProcessor.Default(336).Process([new RgbImage(1, 10_000_000, new byte[30_000_000])]), "1 x 10000000");

    [Theory]
    [InlineData("""{"size":20,"crop_size":8}""",
        """ "do_resize":true,"size":{"shortest_edge":20},"do_center_crop":true,"crop_size":{"height":8,"width":8} """)]
    [InlineData("""{"size":{"height":9,"width":11},"do_center_crop":false,"do_pad":true}""",
        """ "do_resize":true,"size":{"height":9,"width":11},"do_center_crop":false,"crop_size":{"height":9,"width":11},"do_pad":true """)]
    [InlineData("""{"do_resize":false,"crop_size":{"height":7,"width":6}}""",
        """ "do_resize":false,"size":{"shortest_edge":224},"do_center_crop":true,"crop_size":{"height":7,"width":6} """)]
    public void What_is_saved_has_each_setting_that_transformers_reads(string json, string expected)
    {
        Load(json).Save(_folder.Path);
        expected = $$"""{"image_processor_type":"CLIPImageProcessor",{{expected}},{{Values}}}""";
        SavedSettings.AssertAre(expected, _folder["preprocessor_config.json"]);
    }

    [Fact]
    public void The_default_is_saved_as_a_crop_of_its_side()
    {
        ClipImageProcessor.Default(14).Save(_folder.Path);
        SavedSettings.AssertAre($$"""
            {"image_processor_type":"CLIPImageProcessor","do_resize":true,"size":{"shortest_edge":14},"do_center_crop":true,
             "crop_size":{"height":14,"width":14},{{Values}}}
            """, _folder["preprocessor_config.json"]);
    }

    [Fact]
    public void A_side_is_1_to_16384_pixels()
    {
        Assert.Equal([3, 1, 1], ClipImageProcessor.Default(1).PartShape);
        Assert.Equal([3, 16384, 16384], ClipImageProcessor.Default(16384).PartShape);
        Assert.All((int[])[-1, 0, 16385], side => Assert.Throws<ArgumentOutOfRangeException>(() => ClipImageProcessor.Default(side)));
        Expect.Error(EosErrors.UnsupportedModel, () => Load("""{"size":16385}"""),
            $"'size' of '{_folder["preprocessor_config.json"]}' is 16385, expected 1 to 16384 pixels.");
    }

    [Fact]
    public void Images_of_another_side_than_the_towers_are_refused_with_the_file()
    {
        var file = _folder.Write("preprocessor_config.json", """{"size":20,"crop_size":{"height":8,"width":9}}""");
        var error = Assert.Throws<EosException>(() => ClipImageProcessor.Load(_folder.Path, 8, []));
        Assert.Equal((file, $"EOS1009: '{file}' makes images of 9 x 8 pixels, the vision tower in config.json takes 8 x 8."),
            (error.File, error.Message));
    }

    [Fact]
    public void The_same_padding_is_the_same_processor()
    {
        var processor = ClipImageProcessor.Default(8);
        Assert.Same(processor, processor.With(ImagePadding.Crop));
        Assert.Equal(ImagePadding.Square, processor.With(ImagePadding.Square).Padding);
    }

    // 16384 pixels on the shorter side would be 65536 x 16384; here the height is 1.
    [Fact]
    public void Of_an_exact_size_the_shorter_side_says_whether_an_image_is_too_narrow()
    {
        var processor = Load("""{"size":{"height":1,"width":16384},"crop_size":{"height":1,"width":2}}""");
        Assert.Equal([7, 7, 7, 7, 7, 7], processor.ToSize(Row(7, 7, 7, 7)).Pixels.ToArray());
    }

    [Fact]
    public void All_images_must_get_one_size() => Expect.Error(EosErrors.UnsupportedModel, () => Load("""{"do_center_crop":false}"""),
        $"'do_center_crop' of '{_folder["preprocessor_config.json"]}' is false, expected true, or a size of height and width to " +
        "resize to: all images must get one size.");

    private ClipImageProcessor Load(string json) => ClipImageProcessor.FromConfig(_folder.Write("preprocessor_config.json", json));

    private static RgbImage Row(params byte[] grays) => new(grays.Length, 1, [.. grays.SelectMany(g => (byte[])[g, g, g])]);

    private static RgbImage Ramp(int width, int height) => new(width, height, [.. Enumerable.Range(0, width * height * 3).Select(i => (byte)(i * 7))]);

    private static void AssertSame(SafetensorsFile golden, string name, RgbImage actual)
    {
        var expected = golden.Find(name); // (H, W, 3)
        Assert.Equal((long[])[actual.Height, actual.Width, 3], expected.Shape);
        var bytes = new byte[expected.ByteCount];
        golden.ReadBytes(expected, 0, bytes);
        Assert.True(bytes.AsSpan().SequenceEqual(actual.Pixels.Span), $"{name} differs");
    }

    private static void AssertSameValues(ClipImageProcessor expected, ClipImageProcessor actual)
    {
        var image = Ramp(60, 80);
        Assert.Equal(expected.Process([image]), actual.Process([image]));
    }
}
