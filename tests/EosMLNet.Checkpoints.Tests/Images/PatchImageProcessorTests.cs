using FsCheck.Xunit;

namespace EosMLNet.Tests.Images;

/// <summary>Against Golden/backbones: transformers' processor of the Qwen-VL models on the same images.</summary>
public sealed class PatchImageProcessorTests : IDisposable
{
    private const string Values = """
        "do_convert_rgb":true,"resample":3,"do_rescale":true,"rescale_factor":0.00392156862745098,"do_normalize":true
        """;

    private const string Type = """ "image_processor_type":"Qwen2VLImageProcessor" """;
    private static readonly PatchProcessing Small = PatchKinds.Qwen2 with { PatchSize = 2, Limits = new(16, 1600) };
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _notes = [];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("qwen2_5_vl", "preprocessor_config.json", 8, "up")]
    [InlineData("qwen2_5_vl", "preprocessor_config.json", 8, "down")]
    [InlineData("qwen2_5_vl", "preprocessor_config.json", 8, "odd")]
    [InlineData("qwen2_5_vl", "preprocessor_config.json", 8, "half")]
    [InlineData("qwen2_5_vl", "preprocessor_config.json", 8, "gray")]
    [InlineData("qwen3_vl", "preprocessor_config.small-limits.json", 16, "up")]
    [InlineData("qwen3_vl", "preprocessor_config.small-limits.json", 16, "down")]
    [InlineData("qwen3_vl", "preprocessor_config.small-limits.json", 16, "half")]
    [InlineData("qwen3_vl", "preprocessor_config.published-form.json", 16, "big")]
    public void Every_step_gives_transformers_numbers(string folder, string config, int patch, string name)
    {
        var processor = Read(GoldenFiles.At("backbones", folder, "processor", config), PatchKinds.Of(folder, patch));
        var image = RgbImage.Decode(GoldenFiles.At("backbones", folder, "processor", $"{name}.png"));
        using var golden = SafetensorsFile.Open(GoldenFiles.At("backbones", folder, "processor", "processor-golden.safetensors"));
        if (golden.Entries.ContainsKey($"{name}.rgb"))
            TileGolden.AssertSame(golden, $"{name}.rgb", image);
        TileGolden.AssertSame(golden, $"{name}.resized", processor.Resized(image));
        AssertGrid(golden, $"{name}.image_grid_thw", processor.SizeSeen(SizeOf(image)), patch, steps: 1);
        if (golden.Entries.ContainsKey($"{name}.pixel_values"))
            AssertSame(golden, $"{name}.pixel_values", processor, processor.Process([image]));
    }

    [Theory]
    [InlineData("qwen2_5_vl")]
    [InlineData("qwen2_vl")]
    [InlineData("qwen3_vl")]
    public void The_images_of_the_models_cases_become_their_patches(string folder)
    {
        var processor = Read(GoldenFiles.At("backbones", folder, "preprocessor_config.json"), PatchKinds.Of(folder, 8));
        using var golden = SafetensorsFile.Open(GoldenFiles.At("backbones", folder, "golden.safetensors"));
        foreach (var name in (string[])["a", "b"])
        {
            var image = RgbImage.Decode(GoldenFiles.At("backbones", folder, "images", $"img_{name}.png"));
            AssertGrid(golden, $"grid.{name}", processor.SizeSeen(SizeOf(image)), 8, steps: 1);
            AssertSame(golden, $"pixels.{name}", processor, processor.Process([image]));
        }
    }

    // Qwen2-VL's video has three frames: the last one is repeated.
    [Theory]
    [InlineData("qwen2_5_vl", 4)]
    [InlineData("qwen2_vl", 3)]
    [InlineData("qwen3_vl", 6)]
    public void The_videos_of_the_models_cases_become_their_patches(string folder, int count)
    {
        var processor = Read(GoldenFiles.At("backbones", folder, "preprocessor_config.json"), PatchKinds.Of(folder, 8)).WithVideoLimits(1024, 1 << 20);
        using var golden = SafetensorsFile.Open(GoldenFiles.At("backbones", folder, "golden.safetensors"));
        RgbImage[] frames = [.. Enumerable.Range(0, count).Select(i => RgbImage.Decode(GoldenFiles.At("backbones", folder, "images", $"frame_{i}.png")))];
        var size = processor.SizeSeenOfVideo(SizeOf(frames[0]), count);
        AssertGrid(golden, "grid.video", size, 8, steps: (count + 1) / 2);
        var pixels = new float[processor.PartsOfVideo(SizeOf(frames[0]), count) * processor.ValuesPerPart];
        processor.WriteVideo(frames, pixels);
        AssertSame(golden, "pixels.video", processor, pixels);
    }

    [Fact]
    public void The_model_is_told_of_the_resized_size_and_a_part_is_a_patch()
    {
        var processor = Make(PatchKinds.Qwen2);
        Assert.Equal([3 * 2 * 14 * 14], processor.PartShape);
        Assert.Equal(1176, processor.ValuesPerPart);
        var image = new ImageSize(1080, 1920);
        Assert.Equal(new ImageSize(1092, 1932), processor.SizeSeen(image));
        Assert.Equal(1092 / 14 * (1932 / 14), processor.Parts(image, 1));
        Assert.Equal(processor.Parts(image, 1), processor.Parts(image, 3));
    }

    [Fact]
    public void Videos_are_seen_as_the_family_says()
    {
        var sampling = new FrameSampling(FrameSpacing.EqualSpans, 3, 5, 7, 1);
        var kind = PatchKinds.Qwen2 with { FramesPerStep = 3, Video = PatchKinds.Qwen2.Video with { Sampling = sampling } };
        Assert.Equal((3, sampling), (Make(kind).FramesPerStep, Make(kind).Sampling));
    }

    [Fact]
    public void Limits_of_size_are_areas()
    {
        var processor = Load(Type + """, "size":{"shortest_edge":64,"longest_edge":256}, "patch_size":2 """, Small);
        Assert.Equal(new PixelLimits(64, 256), processor.Limits);
        Assert.Empty(_notes);
    }

    // As in Qwen2-VL's first files.
    [Fact]
    public void Size_may_call_its_limits_by_their_other_name() =>
        Assert.Equal(new PixelLimits(64, 256), Load(Type + """, "size":{"min_pixels":64,"max_pixels":256} """, Small).Limits);

    [Fact]
    public void Minimum_and_maximum_go_before_size_and_what_differs_is_noted()
    {
        var processor = Load(Type + """, "min_pixels":64,"max_pixels":512,"size":{"shortest_edge":64,"longest_edge":256} """, Small);
        Assert.Equal(new PixelLimits(64, 512), processor.Limits);
        var note = Assert.Single(_notes);
        Assert.All((string[])["max_pixels", "512", "size.longest_edge", "256", "is followed"], part => Assert.Contains(part, note));
    }

    [Fact]
    public void What_the_file_omits_is_usual_for_the_family_and_means_are_noted()
    {
        var processor = Load(Type, PatchKinds.Qwen3);
        Assert.Equal(PatchKinds.Qwen3.Limits, processor.Limits);
        Assert.Equal(PatchKinds.Qwen3.Video, processor.Video);
        Assert.Equal(-1, processor.Process([new RgbImage(256, 256, new byte[256 * 256 * 3])])[0]);
        var note = Assert.Single(_notes);
        Assert.All((string[])["image_mean", "0.5 0.5 0.5", "preprocessor_config.json"], part => Assert.Contains(part, note));
    }

    [Fact]
    public void A_folder_without_settings_says_what_it_takes()
    {
        var processor = PatchImageProcessor.Load(_folder.Path, PatchKinds.Qwen3, _notes);
        Assert.Equal(PatchKinds.Qwen3.Limits, processor.Limits);
        var note = Assert.Single(_notes);
        string[] parts = [_folder.Path, "preprocessor_config.json", "processor_config.json", "65536", "16777216", "32", "16 x 16", "mean 0.5 0.5 0.5", "1/255"];
        Assert.All(parts, part => Assert.Contains(part, note));
    }

    [Fact]
    public void Videos_have_a_file_of_their_own()
    {
        _folder.Write("preprocessor_config.json", "{" + Type + "}");
        _folder.Write("video_preprocessor_config.json", """
            {"video_processor_type":"Qwen2VLVideoProcessor","image_processor_type":"Qwen2VLImageProcessor","size":{"shortest_edge":32,"longest_edge":64},
             "fps":1,"min_frames":2,"max_frames":8,"image_mean":[0,0,0],"image_std":[1,1,1]}
            """);
        var processor = PatchImageProcessor.Load(_folder.Path, Small, _notes);
        Assert.Equal(new PixelLimits(16, 1600), processor.Limits);
        Assert.Equal((new PixelLimits(32, 64), new FrameSampling(FrameSpacing.EqualSpans, 1, 2, 8, 2)), (processor.Video.Limits, processor.Video.Sampling));
        Assert.Equal(new ImageSize(8, 8), processor.SizeSeenOfVideo(new(20, 20), 2));
        var pixels = new float[processor.PartsOfVideo(new(20, 20), 2) * processor.ValuesPerPart];
        var white = new RgbImage(20, 20, [.. Enumerable.Repeat((byte)255, 1200)]);
        processor.WriteVideo([white, white], pixels);
        Assert.All(pixels, value => Assert.Equal(1, value));
        Assert.NotEqual(1, processor.Process([white])[0]);
    }

    [Fact]
    public void A_folder_of_transformers_5_is_read()
    {
        _folder.Write("processor_config.json", "{\"image_processor\":{" + Type + """
            ,"size":{"shortest_edge":64,"longest_edge":256}},"video_processor":{"size":{"shortest_edge":32,"longest_edge":64}}}
            """);
        var processor = PatchImageProcessor.Load(_folder.Path, Small, _notes);
        Assert.Equal((new PixelLimits(64, 256), new PixelLimits(32, 64)), (processor.Limits, processor.Video.Limits));
        Assert.Empty(_notes);
    }

    [Theory]
    [InlineData("qwen2_5_vl")]
    [InlineData("qwen3_vl")]
    public void What_is_saved_loads_as_it_was(string folder)
    {
        var kind = PatchKinds.Of(folder, 8);
        var processor = Read(GoldenFiles.At("backbones", folder, "preprocessor_config.json"), kind).WithVideoLimits(2048, 65536);
        processor.Save(_folder.Path);
        var again = PatchImageProcessor.Load(_folder.Path, kind, _notes);
        Assert.Empty(_notes);
        Assert.Equal((processor.Limits, processor.Video), (again.Limits, again.Video));
        var image = RgbImage.Decode(GoldenFiles.At("backbones", folder, "images", "img_a.png"));
        Assert.Equal(processor.Process([image]), again.Process([image]));
    }

    [Fact]
    public void Limits_are_a_users_choice_too()
    {
        var processor = Make(PatchKinds.Qwen2).WithLimits(3136, 50176);
        Assert.Equal(new ImageSize(168, 252), processor.SizeSeen(new(480, 640)));
        Assert.Equal(Make(PatchKinds.Qwen2).Video, processor.Video);
        Assert.Equal(new ImageSize(280, 364), Make(PatchKinds.Qwen2).WithVideoLimits(3136, 112000).SizeSeenOfVideo(new(480, 640), 8));
    }

    [Theory]
    [InlineData(0, 4096, "min_pixels is 0")]
    [InlineData(8192, 4096, "8192", "4096")]
    [InlineData(1, 783, "783", "784")]
    [InlineData(1, 1 << 28, "268435456", "67108864")]
    public void Limits_that_make_no_sense_are_refused(int least, int most, params string[] inMessage)
    {
        Expect.Error(EosErrors.InvalidOption, () => Make(PatchKinds.Qwen2).WithLimits(least, most), inMessage);
        Expect.Error(EosErrors.InvalidOption, () => Make(PatchKinds.Qwen2).WithVideoLimits(least, most), inMessage);
        Expect.Error(EosErrors.UnsupportedModel, () => Load(Type + $""" ,"min_pixels":{least},"max_pixels":{most} """, PatchKinds.Qwen2),
            [.. inMessage, "preprocessor_config.json"]);
    }

    [Theory]
    [InlineData(""" "patch_size":14 """, "patch_size", "14", "2")]
    [InlineData(""" "merge_size":4 """, "merge_size", "4", "2")]
    [InlineData(""" "temporal_patch_size":1 """, "temporal_patch_size", "1", "2")]
    [InlineData(""" "do_resize":false """, "do_resize")]
    [InlineData(""" "size":{"height":16,"width":16} """, "size", "shortest_edge")]
    [InlineData(""" "resample":1 """, "resample")]
    [InlineData(""" "image_std":[1,0,1] """, "image_std")]
    [InlineData(""" "image_mean":[1,0] """, "image_mean")]
    public void Bad_settings_are_refused(string settings, params string[] inMessage) =>
        Expect.Error(EosErrors.UnsupportedModel, () => Load(Type + "," + settings, Small), [.. inMessage, "preprocessor_config.json"]);

    [Theory]
    [InlineData(""" "fps":0 """, "fps")]
    [InlineData(""" "min_frames":0 """, "min_frames")]
    [InlineData(""" "max_frames":3 """, "max_frames", "3", "4")]
    [InlineData(""" "patch_size":14 """, "patch_size", "14", "2")]
    [InlineData(""" "video_processor_type":"LlavaOnevisionVideoProcessor" """, "LlavaOnevisionVideoProcessor", "Qwen2VLVideoProcessor")]
    [InlineData(""" "size":{"shortest_edge":99,"longest_edge":64} """, "99", "64")]
    public void Bad_settings_of_videos_are_refused(string settings, params string[] inMessage)
    {
        _folder.Write("preprocessor_config.json", "{" + Type + "}");
        _folder.Write("video_preprocessor_config.json", "{" + settings + "}");
        Expect.Error(EosErrors.UnsupportedModel, () => PatchImageProcessor.Load(_folder.Path, Small, []), [.. inMessage, "video_preprocessor_config.json"]);
    }

    [Theory]
    [InlineData("""{"image_processor_type":"CLIPImageProcessor"}""", "CLIPImageProcessor")]
    [InlineData("{}", "image_processor_type")]
    public void Another_kind_of_processing_is_refused(string json, string inMessage) =>
        Expect.Error(EosErrors.UnsupportedModel, () => Read(_folder.Write("preprocessor_config.json", json), Small), inMessage);

    [Theory]
    [InlineData(0, 2, 2)]
    [InlineData(14, 0, 2)]
    [InlineData(14, 2, 0)]
    [InlineData(600, 2, 2)]
    [InlineData(14, 2, 99)]
    public void Patches_of_a_hostile_configuration_are_refused(int patch, int merge, int frames) =>
        Expect.Error(EosErrors.UnsupportedModel, () => Make(PatchKinds.Qwen2 with { PatchSize = patch, MergeSize = merge, FramesPerStep = frames }), $"{patch}");

    [Theory]
    [InlineData("Qwen2VLImageProcessorFast")]
    [InlineData("Qwen2VLImageProcessorPil")]
    public void Other_implementations_of_the_class_are_accepted(string type) =>
        Assert.Equal(Small.Limits, Load($""" "image_processor_type":"{type}" """, Small).Limits);

    // A narrow image of large tokens: its shorter side becomes one token, and its longer one 114.
    [Fact]
    public void An_image_that_becomes_too_large_is_refused()
    {
        var processor = Make(PatchKinds.Qwen2 with { PatchSize = 512 }).WithLimits(1 << 26, 1 << 26);
        Expect.Error(EosErrors.UnreadableImage, () => processor.Parts(new(1, 200), 1), "1 x 200", "1024 x 116736", "239075328", "134217728");
    }

    [Fact]
    public void A_video_has_two_frames_of_one_size()
    {
        var processor = Make(PatchKinds.Qwen2);
        var (frame, other) = (new RgbImage(4, 4, new byte[48]), new RgbImage(4, 5, new byte[60]));
        Expect.Error(EosErrors.ModelInput, () => processor.PartsOfVideo(new(480, 640), 1), "1 frame;", "2");
        Expect.Error(EosErrors.ModelInput, () => processor.WriteVideo([frame], []), "1 frame;", "2");
        Expect.Error(EosErrors.ModelInput, () => processor.WriteVideo([], []), "0 frames", "2");
        Expect.Error(EosErrors.ModelInput, () => processor.WriteVideo([frame, other], []), "4 x 4", "5 x 4", "frame 2");
        Expect.Error(EosErrors.UnreadableImage, () => processor.PartsOfVideo(new(1080, 1920), 768), "768", "134217728");
        Expect.Error(EosErrors.UnreadableImage, () => processor.PartsOfVideo(new(56, 56), int.MaxValue), "2147483648 frames", "134217728");
    }

    // A part is (channel, frame, y, x); parts of one token follow each other. The value tells the place: red is the row, green the column.
    [Property(MaxTest = 100)]
    public bool Rows_are_patches_in_the_order_of_tokens(byte rows, byte columns, byte patch, byte merge)
    {
        var kind = PatchKinds.Qwen2 with
        {
            PatchSize = 1 + patch % 3,
            MergeSize = 1 + merge % 3,
            Limits = new(1, 1 << 20),
            Mean = [0, 0, 0],
            Std = [1 / 255.0, 1 / 255.0, 1 / 255.0],
        };
        var (height, width) = (kind.Factor * (1 + rows % 4), kind.Factor * (1 + columns % 4));
        var pixels = Enumerable.Range(0, height * width).SelectMany(i => (byte[])[(byte)(i / width), (byte)(i % width), 7]).ToArray();
        var values = Make(kind).Process([new RgbImage(width, height, pixels)]);
        var at = 0;
        var isRight = values.Length == height * width * 6;
        for (var block = 0; block < height * width / kind.Factor / kind.Factor; block++)
        {
            for (var inBlock = 0; inBlock < kind.MergeSize * kind.MergeSize; inBlock++)
            {
                var top = block / (width / kind.Factor) * kind.Factor + inBlock / kind.MergeSize * kind.PatchSize;
                var left = block % (width / kind.Factor) * kind.Factor + inBlock % kind.MergeSize * kind.PatchSize;
                for (var channel = 0; channel < 3; channel++)
                {
                    for (var i = 0; i < 2 * kind.PatchSize * kind.PatchSize; i++, at++)
                    {
                        var (y, x) = (top + i / kind.PatchSize % kind.PatchSize, left + i % kind.PatchSize);
                        isRight &= Math.Abs(values[at] - (channel == 0 ? y : channel == 1 ? x : 7)) < 1e-3;
                    }
                }
            }
        }
        return isRight;
    }

    [Fact]
    public void What_is_saved_has_each_setting_that_transformers_reads()
    {
        _folder.Write("preprocessor_config.json", "{" + Type + """, "image_mean":[0.1,0.2,0.3],"image_std":[0.4,0.5,0.6]}""");
        _folder.Write("video_preprocessor_config.json", """
            {"size":{"shortest_edge":32,"longest_edge":64},"fps":1.5,"min_frames":3,"max_frames":9,"image_mean":[0.7,0.8,0.9]}
            """);
        PatchImageProcessor.Load(_folder.Path, Small with { FramesPerStep = 3, MergeSize = 1 }, _notes).Save(_folder.Path);
        SavedSettings.AssertAre($$"""
            {"image_processor_type":"Qwen2VLImageProcessor","do_resize":true,"size":{"shortest_edge":16,"longest_edge":1600},"patch_size":2,
             "merge_size":1,"temporal_patch_size":3,"min_pixels":16,"max_pixels":1600,{{Values}},
             "image_mean":[0.1,0.2,0.3],"image_std":[0.4,0.5,0.6]}
            """, _folder["preprocessor_config.json"]);
        SavedSettings.AssertAre($$"""
            {"video_processor_type":"Qwen2VLVideoProcessor","do_resize":true,"size":{"shortest_edge":32,"longest_edge":64},"patch_size":2,
             "merge_size":1,"temporal_patch_size":3,"fps":1.5,"min_frames":3,"max_frames":9,{{Values}},
             "image_mean":[0.7,0.8,0.9],"image_std":[0.4,0.5,0.6]}
            """, _folder["video_preprocessor_config.json"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData(""", "image_mean":[0.5,0.5,0.5] """)]
    [InlineData(""", "image_std":[0.5,0.5,0.5] """)]
    public void A_mean_or_a_deviation_that_is_missing_is_noted(string settings)
    {
        Load(Type + settings, PatchKinds.Qwen3);
        Assert.Equal($"'{_folder["preprocessor_config.json"]}' lacks image_mean or image_std. " +
            "mean 0.5 0.5 0.5, standard deviation 0.5 0.5 0.5 are taken, as published checkpoints have them; " +
            "transformers' class would take CLIP's. Copy the file of the original checkpoint.", Assert.Single(_notes));
    }

    [Fact]
    public void Nothing_is_noted_where_both_are_there_or_the_family_has_CLIPs()
    {
        Load(Type + """, "image_mean":[0.5,0.5,0.5],"image_std":[0.5,0.5,0.5] """, PatchKinds.Qwen3);
        Load(Type, PatchKinds.Qwen2);
        Assert.Empty(_notes);
    }

    [Fact]
    public void The_note_on_a_folder_without_settings_is_a_whole_sentence()
    {
        PatchImageProcessor.Load(_folder.Path, PatchKinds.Qwen3, _notes);
        Assert.Equal($"'{_folder.Path}' has no settings of an image processor, neither in preprocessor_config.json nor in " +
            "processor_config.json. Those of published checkpoints are taken: bicubic resize to 65536 to 16777216 pixels and multiples " +
            "of 32 on each side, patches of 16 x 16, scale 1/255, mean 0.5 0.5 0.5, standard deviation 0.5 0.5 0.5. " +
            "Copy the file of the original checkpoint if it says otherwise.", Assert.Single(_notes));
    }

    [Theory]
    [InlineData(""" "fps":0 """, "fps", "0", "more than 0")]
    [InlineData(""" "fps":-0.5 """, "fps", "-0.5", "more than 0")]
    [InlineData(""" "min_frames":0 """, "min_frames", "0", "at least 1")]
    [InlineData(""" "max_frames":3 """, "max_frames", "3", "at least 4")]
    [InlineData(""" "min_frames":1,"max_frames":1 """, "max_frames", "1", "at least 2")]
    [InlineData(""" "max_frames":4 """, null, "4", "4")]
    [InlineData(""" "min_frames":1,"max_frames":2 """, null, "1", "2")]
    [InlineData(""" "min_frames":3,"max_frames":3 """, null, "3", "3")]
    public void The_numbers_of_frames_have_their_bounds(string settings, string? field, string found, string expected)
    {
        _folder.Write("preprocessor_config.json", "{" + Type + "}");
        var file = _folder.Write("video_preprocessor_config.json", "{" + settings + "}");
        if (field is not null)
        {
            Expect.Error(EosErrors.UnsupportedModel, () => PatchImageProcessor.Load(_folder.Path, Small, []),
                $"EOS1009: '{field}' of '{file}' is {found}, expected {expected}.");
            return;
        }
        var sampling = PatchImageProcessor.Load(_folder.Path, Small, []).Video.Sampling;
        Assert.Equal((found, expected), ($"{sampling.LeastFrames}", $"{sampling.MostFrames}"));
    }

    // An image counts twice in 2^27 pixels, as a patch has two frames. So does a frame of Qwen2-VL; Qwen3-VL's limits are for all frames.
    [Theory]
    [InlineData(false, 1 << 26)]
    [InlineData(true, 1 << 27)]
    public void The_largest_limits_are_what_can_be_held_in_memory(bool allFrames, int largest)
    {
        var kind = allFrames ? PatchKinds.Qwen3 : PatchKinds.Qwen2;
        var processor = Make(kind);
        Assert.Equal(new PixelLimits(1, 1 << 26), processor.WithLimits(1, 1 << 26).Limits);
        Assert.Equal(new PixelLimits(1, largest), processor.WithVideoLimits(1, largest).Video.Limits);
        Expect.Error(EosErrors.InvalidOption, () => processor.WithVideoLimits(1, largest + 1),
            $"EOS1013: max_pixels is {largest + 1}, expected at most {largest}, what can be held in memory.");
        _folder.Write("preprocessor_config.json", "{" + Type + "}");
        var file = _folder.Write("video_preprocessor_config.json", $$"""{"max_pixels":{{largest}}}""");
        Assert.Equal(largest, PatchImageProcessor.Load(_folder.Path, kind, []).Video.Limits.Most);
        _folder.Write("video_preprocessor_config.json", $$"""{"max_pixels":{{largest + 1}}}""");
        var error = Assert.Throws<EosException>(() => PatchImageProcessor.Load(_folder.Path, kind, []));
        Assert.Equal((file, $"EOS1009: '{file}' does not fit: max_pixels is {largest + 1}, expected at most {largest}, " +
            "what can be held in memory."), (error.File, error.Message));
    }

    [Fact]
    public void The_least_limit_is_the_area_of_one_token() =>
        Assert.Equal(new PixelLimits(784, 784), Make(PatchKinds.Qwen2).WithLimits(784, 784).Limits);

    [Theory]
    [InlineData(""" "size":{"height":16} """, """{"height":16}""")]
    [InlineData(""" "size":{"width":16,"shortest_edge":16} """, """{"width":16,"shortest_edge":16}""")]
    public void A_size_has_neither_a_height_nor_a_width(string settings, string shown) => Expect.Error(EosErrors.UnsupportedModel,
        () => Load(Type + "," + settings, Small),
        $"'size' of '{_folder["preprocessor_config.json"]}' is {shown}, expected shortest_edge and longest_edge, two areas.");

    [Fact]
    public void A_limit_that_size_has_by_either_name_and_otherwise_is_noted()
    {
        Load(Type + """, "min_pixels":64,"max_pixels":512,"size":{"min_pixels":64,"max_pixels":256} """, Small);
        var file = _folder["preprocessor_config.json"];
        Assert.Equal($"'max_pixels' of '{file}' is 512, and 'size.longest_edge' of '{file}' says 256. max_pixels is followed, as " +
            "transformers does. Delete the one that is not right.", Assert.Single(_notes));
    }

    [Fact]
    public void A_limit_that_size_does_not_have_is_followed_without_a_note()
    {
        Assert.Equal(new PixelLimits(64, 512), Load(Type + """, "min_pixels":64,"max_pixels":512,"size":{} """, Small).Limits);
        Assert.Empty(_notes);
    }

    [Fact]
    public void Images_must_be_resized() => Expect.Error(EosErrors.UnsupportedModel, () => Load(Type + """, "do_resize":false """, Small),
        $"'do_resize' of '{_folder["preprocessor_config.json"]}' is false, expected true: both sides must be whole tokens.");

    [Theory]
    [InlineData(0, 2, 2)]
    [InlineData(2, 0, 2)]
    [InlineData(2, 2, 0)]
    [InlineData(2, 2, 33)]
    [InlineData(1025, 1, 2)]
    public void Patches_have_their_bounds_with_a_file_and_without(int patch, int merge, int frames)
    {
        var kind = Small with { PatchSize = patch, MergeSize = merge, FramesPerStep = frames };
        var message = $"EOS1009: The model has patches of {patch} pixels, {merge} on the side of a token, and {frames} frames deep; " +
            "expected each to be at least 1, a token's side at most 1024 pixels, and at most 32 frames.";
        Expect.Error(EosErrors.UnsupportedModel, () => Make(kind), message);
        Expect.Error(EosErrors.UnsupportedModel, () => Load(Type, kind), message);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(32)]
    public void A_patch_may_hold_one_frame_to_32(int frames) =>
        Assert.Equal([3L * frames * 4], Make(Small with { FramesPerStep = frames }).PartShape);

    // 8192 x 8192 pixels, twice, are all that is allowed.
    [Fact]
    public void An_image_may_become_as_large_as_is_allowed_and_what_is_larger_is_refused_with_its_numbers()
    {
        var processor = Make(PatchKinds.Qwen2 with { PatchSize = 512 }).WithLimits(1 << 26, 1 << 26);
        Assert.Equal(16 * 16, processor.Parts(new(8192, 8192), 1));
        Expect.Error(EosErrors.UnreadableImage, () => processor.Parts(new(1, 200), 1),
            "EOS1010: 2 frames of 1 x 200 pixels (a still image counts as often as a patch holds frames) would be resized to " +
            "1024 x 116736: 239075328 pixels in all, at most 134217728 are allowed. Take fewer, or set less as max_pixels.");
    }

    [Fact]
    public void What_is_no_video_is_called_the_video()
    {
        const string one = "EOS1015: the video has 1 frame; a video has at least 2. Give a single picture as an image.";
        var processor = Make(PatchKinds.Qwen2);
        var (frame, other) = (new RgbImage(4, 4, new byte[48]), new RgbImage(4, 5, new byte[60]));
        Expect.Error(EosErrors.ModelInput, () => processor.SizeSeenOfVideo(new(480, 640), 1), one);
        Expect.Error(EosErrors.ModelInput, () => processor.WriteVideo([frame], []), one);
        Expect.Error(EosErrors.ModelInput, () => processor.WriteVideo([frame, other], []),
            "EOS1015: the video has a first frame of 4 x 4 pixels and a frame 2 of 5 x 4; expected the same size. Resize them.");
    }

    /// <summary>A processor without a file.</summary>
    internal static PatchImageProcessor Make(PatchProcessing kind)
    {
        using var folder = new TemporaryFolder();
        return PatchImageProcessor.Load(folder.Path, kind, []);
    }

    private PatchImageProcessor Load(string json, PatchProcessing kind) => Read(_folder.Write("preprocessor_config.json", "{" + json + "}"), kind);

    private PatchImageProcessor Read(string file, PatchProcessing kind) => PatchImageProcessor.Read(JsonSection.Read(file), kind, _notes);

    private static ImageSize SizeOf(RgbImage image) => new(image.Height, image.Width);

    private static void AssertGrid(SafetensorsFile golden, string name, ImageSize size, int patch, int steps)
    {
        var entry = golden.Find(name); // (3) or (1, 3): steps, rows, columns
        var bytes = new byte[entry.ByteCount];
        golden.ReadBytes(entry, 0, bytes);
        Assert.Equal([steps, size.Height / patch, size.Width / patch], Enumerable.Range(0, 3).Select(i => BitConverter.ToInt64(bytes, 8 * i)));
    }

    private static void AssertSame(SafetensorsFile golden, string name, PatchImageProcessor processor, float[] actual)
    {
        Assert.Equal([actual.Length / processor.ValuesPerPart, processor.ValuesPerPart], golden.Find(name).Shape.ToArray());
        var worst = golden.ReadFloats(name).Zip(actual, (a, b) => Math.Abs(a - b)).Max();
        Assert.InRange(worst, 0, 1e-6f);
    }
}
