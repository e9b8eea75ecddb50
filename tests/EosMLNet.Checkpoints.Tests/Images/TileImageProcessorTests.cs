namespace EosMLNet.Tests.Images;

/// <summary>Against Golden/backbones: transformers' processor of LLaVA-OneVision on the same images.</summary>
public sealed class TileImageProcessorTests : IDisposable
{
    private const string Half = """,  "image_mean":[0.5,0.5,0.5],"image_std":[0.5,0.5,0.5] """;
    private const string OneVision = """ "image_processor_type":"LlavaOnevisionImageProcessor" """;
    private const string Small = OneVision + """, "size":{"height":4,"width":4} """;
    private const string Of8 = Small + """, "image_grid_pinpoints":[[8,8]] """;
    private const string Of4 = Small + """, "image_grid_pinpoints":[[4,4]] """;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("llava_onevision", "wide")]
    [InlineData("llava_onevision", "tall")]
    [InlineData("llava_onevision", "oddpad")]
    [InlineData("llava_onevision", "gray")]
    public void Every_step_gives_transformers_numbers(string folder, string name) => TileGolden.CheckSteps(folder, LlavaOneVisionConfig.Tiles, name);

    [Theory]
    [InlineData("llava_onevision", "sq", "wide", "tall", "big")]
    public void The_images_of_the_models_cases_become_their_tiles(string folder, params string[] names) =>
        TileGolden.CheckCases(folder, LlavaOneVisionConfig.Tiles, names);

    [Fact]
    public void Frames_of_a_video_are_squashed_to_one_tile_each()
    {
        using var golden = SafetensorsFile.Open(GoldenFiles.At("backbones", "llava_onevision", "golden.safetensors"));
        var images = GoldenFiles.At("backbones", "llava_onevision", "images");
        var frames = Enumerable.Range(0, 3).Select(i => RgbImage.Decode(Path.Combine(images, $"frame_{i}.png"))).ToArray();
        TileGolden.AssertSame(golden, "pixels.video", Golden("llava_onevision").ProcessFrames(frames));
        Assert.Throws<ArgumentException>(() => Golden("llava_onevision").ProcessFrames([]));
    }

    // The mean 0.5 is the byte 127, which becomes 127/127.5 - 1: the border above and below a white image.
    [Fact]
    public void One_of_several_images_is_padded_with_the_mean_colour()
    {
        var processor = Load("{" + Of4 + Half + "}");
        var padded = processor.ProcessPadded(new RgbImage(4, 2, [.. Enumerable.Repeat((byte)255, 24)]));
        Assert.Equal((1, new ImageSize(2, 4)), (padded.Tiles, padded.Original));
        var border = Enumerable.Repeat(127 / 127.5f - 1, 4).ToArray();
        float[] white = [1, 1, 1, 1];
        Assert.Equal([.. border, .. white, .. white, .. border], padded.Pixels[..16], (a, b) => Math.Abs(a - b) < 1e-6);
    }

    // A white row of 8 pixels in a resolution of 8 x 8: 7 black rows, 3 above and 4 below.
    [Fact]
    public void The_border_of_tiles_is_black_and_its_odd_pixel_is_at_the_bottom()
    {
        var processor = Load("{" + Of8 + Half + "}");
        var processed = processor.Process(new RgbImage(8, 1, [.. Enumerable.Repeat((byte)255, 24)]));
        Assert.Equal(5, processed.Tiles);
        float[] Rows(int tile) => [.. Enumerable.Range(0, 4).Select(row => processed.Pixels[tile * 48 + row * 4])];
        Assert.Equal([1, 1, 1, 1], Rows(0));
        Assert.Equal([-1, -1, -1, 1], Rows(1));
        Assert.Equal([-1, -1, -1, 1], Rows(2));
        Assert.Equal([-1, -1, -1, -1], Rows(3));
    }

    // Two rows of 4 pixels are seen whole and in the four tiles of 8 x 8; with others in one tile, whose border has the mean colour.
    [Fact]
    public void One_image_of_a_prompt_is_seen_in_tiles_and_one_of_several_whole()
    {
        var processor = Load("{" + Of8 + Half + "}");
        var image = new RgbImage(4, 2, [.. Enumerable.Repeat((byte)255, 24)]);
        Assert.Equal([3, 4, 4], processor.PartShape);
        Assert.Equal(48, processor.ValuesPerPart);
        Assert.Equal((5, 1, 1), (image.Parts(processor, 1), image.Parts(processor, 2), image.Parts(processor, 3)));
        var (alone, among) = (new float[240], new float[48]);
        image.Write(processor, 1, alone);
        image.Write(processor, 2, among);
        Assert.Equal(processor.Process(image).Pixels, alone);
        Assert.Equal(processor.ProcessPadded(image).Pixels, among);
        Assert.Equal([1, 1, 1, 1], alone[..4]);
        Assert.Equal(127 / 127.5f - 1, among[0], 1e-6f);
    }

    // A grid of two tiles by three, and the whole.
    [Fact]
    public void An_image_has_a_part_for_each_tile_and_one_for_the_whole()
    {
        var processor = Load("{" + Small + """, "image_grid_pinpoints":[[8,12]] }""");
        Assert.Equal((7, 1), (processor.Parts(new(20, 30), 1), processor.Parts(new(20, 30), 2)));
    }

    [Fact]
    public void A_family_may_see_each_of_several_images_in_tiles()
    {
        var json = _folder.Write("preprocessor_config.json", """
            {"image_processor_type":"LlavaNextImageProcessor","size":{"shortest_edge":4},"crop_size":{"height":4,"width":4},
             "image_grid_pinpoints":[[8,8]]}
            """);
        var processor = TileImageProcessor.FromConfig(json, LlavaNextConfig.Tiles);
        Assert.Equal((5, 5), (processor.Parts(new(1, 8), 1), processor.Parts(new(1, 8), 2)));
    }

    // An array holds 2147483591 numbers, and a frame has 3 x 384 x 384: there is room for 4854.5 of them.
    [Fact]
    public void More_frames_than_an_array_holds_are_refused()
    {
        var frames = Enumerable.Repeat(new RgbImage(1, 1, [1, 2, 3]), 4855).ToArray();
        var processor = Load("{" + OneVision + "}");
        Expect.Error(EosErrors.ModelInput, () => processor.ProcessFrames(frames),
            "EOS1015: 4855 frames of 384 x 384 pixels are more than an array can hold; ask about at most 4854 of them.");
    }

    [Fact]
    public void Omitted_values_have_the_defaults_of_the_class()
    {
        var oneVision = Load("""{"image_processor_type":"LlavaOnevisionImageProcessorFast"}""");
        Assert.Equal((384, 36, new ImageSize(384, 768)), (oneVision.Side, oneVision.Pinpoints.Count, oneVision.Pinpoints[1]));
        Assert.Equal(-0.48145466 / 0.26862954, oneVision.ProcessWhole(new RgbImage(1, 1, [0, 0, 0])).Pixels[0], 1e-5);
    }

    [Theory]
    [InlineData("llava_onevision")]
    public void What_is_saved_loads_as_it_was(string folder) => TileGolden.CheckSaved(folder, LlavaOneVisionConfig.Tiles);

    [Fact]
    public void A_folder_of_transformers_5_is_read_and_one_without_settings_is_noted()
    {
        _folder.Write("processor_config.json", "{\"image_processor\":{" + Of8 + Half + "}}");
        var notes = new List<string>();
        Assert.Equal([new(8, 8)], TileImageProcessor.Load(_folder.Path, LlavaOneVisionConfig.Tiles, 4, [new(4, 4), new(8, 8)], notes).Pinpoints);
        Assert.Empty(notes);
        File.Delete(_folder["processor_config.json"]);
        Assert.Equal([new(12, 6)], TileImageProcessor.Load(_folder.Path, LlavaOneVisionConfig.Tiles, 6, [new(12, 6)], notes).Pinpoints);
        var note = Assert.Single(notes);
        Assert.All((string[])[_folder.Path, "preprocessor_config.json", "6 x 6", "0.4815"], part => Assert.Contains(part, note));
    }

    [Fact]
    public void Means_that_OneVisions_file_lacks_are_noted()
    {
        _folder.Write("preprocessor_config.json", "{" + Of4 + "}");
        var notes = new List<string>();
        TileImageProcessor.Load(_folder.Path, LlavaOneVisionConfig.Tiles, 4, [new(4, 4)], notes);
        Assert.Contains("image_mean", Assert.Single(notes));
    }

    [Theory]
    [InlineData(8, 8, "size", "4")]
    [InlineData(4, 16, "image_grid_pinpoints", "[8, 8]")]
    public void Settings_of_another_model_are_refused(int side, int pinpoint, params string[] inMessage)
    {
        _folder.Write("preprocessor_config.json", "{" + Of8 + "}");
        void Load() => TileImageProcessor.Load(_folder.Path, LlavaOneVisionConfig.Tiles, side, [new(pinpoint, pinpoint)], []);
        Expect.Error(EosErrors.UnsupportedModel, Load, inMessage);
    }

    [Theory]
    [InlineData(""" "image_grid_pinpoints":5 """, "image_grid_pinpoints")]
    [InlineData(""" "image_grid_pinpoints":[] """, "image_grid_pinpoints")]
    [InlineData(""" "image_grid_pinpoints":[[384,384],[384]] """, "image_grid_pinpoints[1]")]
    [InlineData(""" "image_grid_pinpoints":[384,384] """, "image_grid_pinpoints[0]")]
    [InlineData(""" "image_grid_pinpoints":[[384,"384"]] """, "image_grid_pinpoints[0]")]
    [InlineData(""" "image_grid_pinpoints":[[384,400]] """, "multiple of the tile's side 384")]
    [InlineData(""" "image_grid_pinpoints":[[0,384]] """, "image_grid_pinpoints[0]")]
    [InlineData(""" "image_grid_pinpoints":[[16896,384]] """, "image_grid_pinpoints[0]")]
    [InlineData(""" "image_grid_pinpoints":[[15360,15360]] """, "pixels")]
    [InlineData(""" "size":{"height":384,"width":336} """, "384 x 336")]
    [InlineData(""" "size":{"height":99999,"width":99999} """, "size.height")]
    [InlineData(""" "size":{"height":256,"width":256} """, "image_grid_pinpoints")]
    [InlineData(""" "do_resize":false """, "do_resize")]
    [InlineData(""" "resample":1 """, "resample")]
    [InlineData(""" "image_std":[1,0,1] """, "image_std")]
    public void Bad_settings_are_refused(string settings, string inMessage) =>
        Expect.Error(EosErrors.UnsupportedModel, () => Load("{" + OneVision + "," + settings + "}"), inMessage, "preprocessor_config.json");

    [Theory]
    [InlineData("""{"image_processor_type":"CLIPImageProcessor"}""", "CLIPImageProcessor")]
    [InlineData("{}", "image_processor_type")]
    public void Another_kind_of_processing_is_refused(string json, string inMessage) =>
        Expect.Error(EosErrors.UnsupportedModel, () => Load(json), inMessage);

    [Theory]
    [InlineData("OneVision", """ "image_processor_type":"LlavaOnevisionImageProcessor" """)]
    [InlineData("Next", """
        "image_processor_type":"LlavaNextImageProcessor","do_center_crop":true,"crop_size":{"height":4,"width":4}
        """)]
    public void What_is_saved_has_each_setting_that_transformers_reads(string family, string expected)
    {
        var json = "{" + expected + """, "size":{"height":4,"width":4},"image_grid_pinpoints":[[4,8],[12,4]],"resample":2}""";
        var kind = family == "Next" ? LlavaNextConfig.Tiles : LlavaOneVisionConfig.Tiles;
        TileImageProcessor.FromConfig(_folder.Write("preprocessor_config.json", json), kind).Save(_folder.Path);
        SavedSettings.AssertAre($$"""
            { {{expected}},"do_resize":true,"size":{"height":4,"width":4},"do_pad":true,"image_grid_pinpoints":[[4,8],[12,4]],
              "do_convert_rgb":true,"resample":2,"do_rescale":true,"rescale_factor":0.00392156862745098,"do_normalize":true,
              "image_mean":[0.48145466,0.4578275,0.40821073],"image_std":[0.26862954,0.26130258,0.27577711] }
            """, _folder["preprocessor_config.json"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData(""", "image_mean":[0.5,0.5,0.5] """)]
    [InlineData(""", "image_std":[0.5,0.5,0.5] """)]
    public void A_mean_or_a_deviation_that_is_missing_is_noted(string settings)
    {
        var file = _folder.Write("preprocessor_config.json", "{" + Of4 + settings + "}");
        var notes = new List<string>();
        TileImageProcessor.Load(_folder.Path, LlavaOneVisionConfig.Tiles, 4, [new(4, 4)], notes);
        Assert.Equal($"'{file}' lacks image_mean or image_std; CLIP's are taken, as by transformers' class. Published checkpoints have " +
            "0.5 for all: copy the file of the original checkpoint.", Assert.Single(notes));
    }

    [Fact]
    public void Tiles_of_another_side_than_the_towers_are_refused_with_the_file()
    {
        var file = _folder.Write("preprocessor_config.json", "{" + Of8 + "}");
        var error = Assert.Throws<EosException>(() => Load(8));
        Assert.Equal((file, $"EOS1009: 'size' of '{file}' makes tiles of 4 pixels, the vision tower in config.json takes 8."),
            (error.File, error.Message));
        Expect.Error(EosErrors.UnsupportedModel, () => Load(4),
            $"'image_grid_pinpoints' of '{file}' is [8, 8] among others, expected only those of image_grid_pinpoints in config.json; " +
            "the two files do not belong together.");

        void Load(int side) => TileImageProcessor.Load(_folder.Path, LlavaOneVisionConfig.Tiles, side, [new(4, 4)], []);
    }

    [Theory]
    [InlineData(""" "do_resize":false """, "do_resize", "false", "true: all tiles must get one size")]
    [InlineData(""" "size":{"height":4,"width":8} """, "size", "4 x 8", "the same height and width: tiles are square")]
    [InlineData(""" "size":4,"crop_size":8 """, "crop_size", "8 x 8", "4 x 4, the 'size' that tiles are resized to")]
    [InlineData(""" "size":4,"crop_size":{"height":4,"width":8} """, "crop_size", "4 x 8", "4 x 4, the 'size' that tiles are resized to")]
    [InlineData(""" "size":10,"crop_size":10 """, "image_grid_pinpoints", "missing",
        "a list for tiles of 10 pixels: the default has 336 x 672")]
    public void Settings_that_make_no_tiles_are_named(string settings, string field, string found, string expected) => Expect.Error(
        EosErrors.UnsupportedModel, () => Next(settings),
        $"EOS1009: '{field}' of '{_folder["preprocessor_config.json"]}' is {found}, expected {expected}.");

    [Fact]
    public void A_crop_that_is_not_made_may_have_any_size() =>
        Assert.Equal(4, Next(""" "size":4,"do_center_crop":false,"crop_size":8,"image_grid_pinpoints":[[4,8]] """).Side);

    // Each side of a resolution must be whole tiles.
    [Theory]
    [InlineData(4, 6)]
    [InlineData(6, 4)]
    public void A_resolution_that_is_usual_must_fit_the_tile_on_both_sides(int height, int width)
    {
        var kind = new TileProcessing("LlavaOnevisionImageProcessor", 4, [new(4, 4), new(height, width)]);
        Expect.Error(EosErrors.UnsupportedModel,
            () => TileImageProcessor.FromConfig(_folder.Write("preprocessor_config.json", "{" + OneVision + "}"), kind),
            $"is missing, expected a list for tiles of 4 pixels: the default has {height} x {width}.");
    }

    [Fact]
    public void A_video_without_frames_is_a_wrong_argument() => Assert.StartsWith("A video has frames; there are none.",
        Assert.Throws<ArgumentException>(() => Load("{" + Of4 + "}").ProcessFrames([])).Message);

    private TileImageProcessor Next(string settings) => TileImageProcessor.FromConfig(_folder.Write("preprocessor_config.json",
        "{" + settings + """, "image_processor_type":"LlavaNextImageProcessor"}"""), LlavaNextConfig.Tiles);

    private TileImageProcessor Load(string json) => TileImageProcessor.FromConfig(_folder.Write("preprocessor_config.json", json), LlavaOneVisionConfig.Tiles);

    private static TileImageProcessor Golden(string folder) => TileGolden.Processor(folder, LlavaOneVisionConfig.Tiles);
}
