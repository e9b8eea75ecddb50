using System.Text.Json;
using System.Text.Json.Nodes;
using EosMLNet.Tests.Configs;

namespace EosMLNet.Tests.Families;

/// <summary>What config.json of a Qwen-VL model says, in the spellings of several versions of transformers.</summary>
public sealed class QwenVlConfigTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, string> Spellings => new()
    {
        { "qwen2_vl", "config.transformers-4.51" }, { "qwen2_vl", "config.transformers-4.53" },
        { "qwen2_5_vl", "config.transformers-4.51" }, { "qwen2_5_vl", "config.transformers-4.53" },
        { "qwen3_vl", "config.transformers-4.57" },
    };

    [Theory]
    [MemberData(nameof(Spellings))]
    public void Every_version_of_transformers_describes_the_same_model(string family, string file) =>
        Assert.Equal(Text(Read(family, "config.published-form")), Text(Read(family, file)));

    [Fact]
    public void Parameters_of_the_rotation_are_read_in_their_newest_form()
    {
        var config = Json("qwen3_vl", "config.published-form");
        var text = config["text_config"]!.AsObject();
        text["rope_parameters"] = new JsonObject
        {
            ["rope_theta"] = 1000, ["rope_type"] = "default", ["mrope_section"] = new JsonArray(4, 2, 2), ["mrope_interleaved"] = true,
        };
        text.Remove("rope_scaling");
        text.Remove("rope_theta");
        Assert.Equal(Text(Read("qwen3_vl", "config.published-form")), Text(Read(config)));
    }

    [Fact]
    public void Frequencies_turn_by_time_row_and_column_in_runs_or_in_turns()
    {
        Assert.Equal([0, 0, 1, 1, 1, 2, 2, 2], Read("qwen2_5_vl", "config.published-form").Text.RopeAxes!);
        Assert.Equal([0, 1, 2, 0, 1, 2, 0, 0], Read("qwen3_vl", "config.published-form").Text.RopeAxes!);
    }

    [Fact]
    public void Omitted_fields_have_the_defaults_of_transformers_classes()
    {
        var config = (Qwen25VlConfig)Read(new JsonObject
        {
            ["model_type"] = "qwen2_5_vl", ["hidden_size"] = 3584, ["num_attention_heads"] = 28, ["num_key_value_heads"] = 4,
            ["rope_scaling"] = new JsonObject { ["type"] = "mrope", ["mrope_section"] = new JsonArray(16, 24, 24) },
        });
        Assert.Equal((3584, 3420, 32, 112, 4), (config.Vision.HiddenSize, config.Vision.IntermediateSize, config.Vision.LayerCount, config.Vision.WindowSize, config.PositionsPerSecond));
        Assert.Equal([7, 15, 23, 31], config.Vision.FullAttentionLayers);
        Assert.Equal((151655, 151656, false), (config.ImageTokenIndex, config.VideoTokenIndex, config.TieWordEmbeddings));
    }

    public static TheoryData<string, string, string, string, string> Bad => new()
    {
        { "qwen2_5_vl", "", "rope_scaling", """{"type":"mrope","mrope_section":[2,2,3]}""", "the sum 8" },
        { "qwen2_5_vl", "", "rope_scaling", """{"type":"mrope","mrope_section":[4,4]}""", "three numbers" },
        { "qwen2_5_vl", "", "rope_scaling", """{"type":"yarn","factor":4,"mrope_section":[2,3,3]}""", "scaled rotary embeddings" },
        { "qwen2_5_vl", "", "rope_scaling", "null", "mrope_section" },
        { "qwen2_5_vl", "", "use_sliding_window", "true", "use_sliding_window" },
        { "qwen2_5_vl", "", "video_token_id", "303", "303" },
        { "qwen2_5_vl", "vision_config", "window_size", "8", "16 pixels" },
        { "qwen2_5_vl", "vision_config", "fullatt_block_indexes", "[1,4]", "0 to 3" },
        { "qwen2_5_vl", "vision_config", "fullatt_block_indexes", "[3,1]", "ascending" },
        { "qwen2_5_vl", "vision_config", "out_hidden_size", "128", "64" },
        { "qwen2_5_vl", "vision_config", "in_chans", "4", "RGB" },
        { "qwen2_5_vl", "vision_config", "num_heads", "16", "multiple of 4" },
        { "qwen2_5_vl", "vision_config", "num_heads", "5", "multiple of num_heads" },
        { "qwen2_5_vl", "vision_config", "patch_size", "0", "patch_size" },
        { "qwen2_5_vl", "vision_config", "depth", "-1", "depth" },
        { "qwen2_vl", "vision_config", "mlp_ratio", "1e9", "mlp_ratio" },
        { "qwen2_vl", "vision_config", "hidden_size", "32", "64" },
        { "qwen3_vl", "vision_config", "num_position_embeddings", "17", "square" },
        { "qwen3_vl", "vision_config", "deepstack_visual_indexes", "[0,2,5]", "0 to 4" },
        { "qwen3_vl", "vision_config", "deepstack_visual_indexes", "[0,1,2,3,4]", "at most 4" },
        { "qwen3_vl", "text_config", "qk_norm", "true", "qk_norm" },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void A_config_that_makes_no_sense_is_refused_with_what_was_found(string family, string section, string field, string value, string told)
    {
        var config = Json(family, "config.published-form");
        (section.Length == 0 ? config : config[section]!.AsObject())[field] = JsonNode.Parse(value);
        Expect.Error(EosErrors.UnsupportedModel, () => Read(config), told);
    }

    public static TheoryData<string, string, string, string, string, string> Refusals => new()
    {
        { "qwen2_5_vl", "vision_config", "window_size", "15", "15", "at least 16 pixels, the side of a visual token" },
        { "qwen2_5_vl", "", "video_token_id", "303", "303", "a token id other than image_token_id, 303" },
        { "qwen2_5_vl", "", "video_token_id", "-1", "-1", "a token id other than image_token_id, 303" },
        { "qwen2_vl", "", "eos_token_id", "[]", "[]", "token ids below 320" },
        { "qwen2_vl", "vision_config", "mlp_ratio", "0", "0", "a number above 0, at most 64" },
        { "qwen2_vl", "vision_config", "mlp_ratio", "64.5", "64.5", "a number above 0, at most 64" },
        { "qwen3_vl", "vision_config", "deepstack_visual_indexes", "[0,1,2,3,4]", "5 blocks", "at most 4, the decoder's layers" },
        { "qwen3_vl", "vision_config", "out_hidden_size", "57", "57", "56, the decoder's hidden_size" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void What_is_refused_is_told_with_what_was_expected(
        string family, string section, string field, string value, string found, string expected)
    {
        var place = section.Length == 0 ? field : $"{section}.{field}";
        Assert.Equal(
            $"EOS1009: '{place}' of '{_folder["config.json"]}' is {found}, expected {expected}.",
            Assert.Throws<EosException>(() => Read(With(Json(family, "config.published-form"), section, field, value))).Message);
    }

    [Fact]
    public void An_image_token_that_is_none_is_refused() => Expect.Error(EosErrors.UnsupportedModel,
        () => Read(With(Json("qwen2_vl", "config.published-form"), "", "image_token_id", "-1")), " is -1, expected a token id.");

    [Fact]
    public void The_least_and_the_most_that_make_sense_are_read()
    {
        QwenVlConfig Changed(string family, string section, string field, string value) =>
            Read(With(Json(family, "config.published-form"), section, field, value));
        Assert.Equal(16, Changed("qwen2_5_vl", "vision_config", "window_size", "16").Vision.WindowSize);
        Assert.Equal(0, Changed("qwen2_5_vl", "", "video_token_id", "0").VideoTokenIndex);
        Assert.Equal(0, Changed("qwen2_5_vl", "", "bos_token_id", "[]").BosTokenId);
        Assert.Equal(32 * 64, Changed("qwen2_vl", "vision_config", "mlp_ratio", "64").Vision.IntermediateSize);
        Assert.Equal(80, Changed("qwen2_vl", "vision_config", "mlp_ratio", "2.5").Vision.IntermediateSize);
        Assert.Equal([0, 1, 2, 3], Changed("qwen3_vl", "vision_config", "deepstack_visual_indexes", "[0,1,2,3]").Vision.DeepStackLayers);
    }

    // Width, MLP, activation of the small models' towers.
    [Theory]
    [InlineData("qwen2_vl", 32, 96, "quick_gelu")]
    [InlineData("qwen2_5_vl", 32, 52, "silu")]
    [InlineData("qwen3_vl", 24, 44, "gelu_pytorch_tanh")]
    public void The_towers_sizes_are_read(string family, int width, int mlp, string activation)
    {
        var vision = Read(family, "config.published-form").Vision;
        Assert.Equal((width, mlp, activation), (vision.HiddenSize, vision.IntermediateSize, vision.Activation));
    }

    // "" for a field that is not there; null for a file without a text_config.
    [Theory]
    [InlineData("qwen2_vl", "", null, false)]
    [InlineData("qwen2_vl", "true", null, true)]
    [InlineData("qwen2_vl", "", "", false)]
    [InlineData("qwen2_vl", "true", "", true)]
    [InlineData("qwen2_vl", "true", "false", false)]
    [InlineData("qwen2_vl", "false", "true", true)]
    [InlineData("qwen2_5_vl", "", null, false)]
    [InlineData("qwen2_5_vl", "true", null, true)]
    [InlineData("qwen2_5_vl", "", "", true)]
    [InlineData("qwen2_5_vl", "false", "", false)]
    [InlineData("qwen2_5_vl", "true", "false", false)]
    [InlineData("qwen2_5_vl", "false", "true", true)]
    [InlineData("qwen3_vl", "true", "", false)]
    [InlineData("qwen3_vl", "true", "false", false)]
    [InlineData("qwen3_vl", "false", "true", true)]
    public void The_decoders_own_word_on_tying_wins(string family, string whole, string? decoder, bool tied)
    {
        const string Field = "tie_word_embeddings";
        var config = Json(family, "config.published-form");
        if (decoder is not null && config["text_config"] is null)
            config = Newer(config);
        foreach (var (section, value) in ((JsonObject?, string?)[])[(config, whole), (config["text_config"]?.AsObject(), decoder)])
        {
            section?.Remove(Field);
            if (value is { Length: > 0 })
                section![Field] = JsonNode.Parse(value);
        }
        Assert.Equal(tied, Read(config).TieWordEmbeddings);
    }

    [Theory]
    [InlineData("qwen2_vl")]
    [InlineData("qwen2_5_vl")]
    public void The_decoder_is_read_from_its_own_section_where_there_is_one(string family)
    {
        var config = With(Json(family, "config.published-form"), "", "tie_word_embeddings", "true");
        var newer = With(Newer(config), "", "tie_word_embeddings", "true");
        foreach (var mark in (string[])["vision_start_token_id", "vision_end_token_id"])
            newer[mark] = config[mark]!.DeepClone();
        Assert.Equal(Text(Read(config)), Text(Read(newer)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_weights_are_those_of_the_tower_the_decoder_and_its_head(bool tied)
    {
        var config = Read("qwen2_vl", "config.published-form") with { TieWordEmbeddings = tied };
        Assert.Equal(
            [
                .. WeightLines.Of(config.Vision.Weights(64)), .. WeightLines.Of(config.Text.Weights("language_model.model.")),
                .. tied ? (string[])[] : ["language_model.lm_head.weight 320x64 linear"],
            ],
            WeightLines.Of(config.Weights));
    }

    // A token of 18 pixels goes 24 times into 448; one of 600 does not, and is alone.
    [Theory]
    [InlineData(14, 2, 16)]
    [InlineData(9, 2, 24)]
    [InlineData(300, 2, 1)]
    public void The_usual_image_is_a_square_of_about_448_pixels(int patch, int merge, int side)
    {
        var config = new Qwen2VlConfig { Vision = new() { PatchSize = patch, MergeSize = merge } };
        Assert.Equal(new VisualLayout(new VisualRegion(side, side)), config.UsualLayout(null));
    }

    // 224 * 224 pixels are a quarter of 448 * 448: 8 tokens of 28 pixels on a side.
    [Fact]
    public void The_usual_image_is_as_large_as_the_folders_processor_makes_it()
    {
        _folder.Write("preprocessor_config.json", """{"image_processor_type":"Qwen2VLImageProcessor","max_pixels":50176}""");
        var config = new Qwen2VlConfig();
        Assert.Equal(
            new VisualLayout(new VisualRegion(8, 8)), config.UsualLayout(config.LoadImages(_folder.Path, ImagePadding.Square, [])));
    }

    [Theory]
    [InlineData(8, 2, 0, 32, 48, 1, 2, 3)]
    [InlineData(8, 2, 24, 32, 48, 1, 2, 3)]
    [InlineData(8, 2, 72, 32, 48, 3, 2, 3)]
    [InlineData(8, 2, 4, 16, 16, 1, 1, 1)]
    [InlineData(4, 3, 36, 12, 24, 2, 1, 2)]
    public void Visual_tokens_lie_in_steps_rows_and_columns(
        int patch, int merge, int parts, int height, int width, int steps, int rows, int columns)
    {
        var config = new Qwen2VlConfig { Vision = new() { PatchSize = patch, MergeSize = merge } };
        var image = new ImageShape(parts, height, width, SecondsPerStep: 0.5);
        Assert.Equal((steps, rows, columns), config.GridOf(image));
        VisualRegion[] regions = [.. Enumerable.Repeat(new VisualRegion(rows, columns), steps)];
        Assert.Equal(new VisualLayout(regions) { SecondsPerStep = 0.5 }, config.LayoutOf(image));
    }

    [Theory]
    [InlineData(0, 0, 48, 1)]
    [InlineData(0, 48, 0, 1)]
    [InlineData(0, 40, 48, 24)]
    [InlineData(0, 48, 40, 24)]
    [InlineData(23, 32, 48, 24)]
    [InlineData(25, 32, 48, 24)]
    public void Patches_that_no_image_of_the_size_has_are_refused(int parts, int height, int width, int expected)
    {
        var config = new Qwen2VlConfig { Vision = new() { PatchSize = 8, MergeSize = 2 } };
        var error = Assert.Throws<EosException>(() => config.GridOf(new ImageShape(parts, height, width)));
        Assert.Equal(
            $"EOS1015: An image of {height} x {width} pixels was given as {parts} patches; expected sides that are multiples of 16 " +
            $"pixels, and {expected} patches for each step in time.", error.Message);
    }

    // Three steps of two tokens. 2.9 seconds count as 2, with 3 positions a second.
    [Fact]
    public void A_step_goes_on_by_one_or_by_its_time()
    {
        var region = new VisualRegion(1, 2);
        var layout = new VisualLayout(region, region, region) { SecondsPerStep = 2.9 };
        var counted = new Qwen2VlConfig().PositionsOf(layout, 0);
        Assert.Equal([0, 0, 1, 1, 2, 2, .. new long[6], 0, 1, 0, 1, 0, 1], counted.Values);
        Assert.Equal(3, counted.Next);
        var timed = new Qwen25VlConfig { PositionsPerSecond = 3 }.PositionsOf(layout, 0);
        Assert.Equal([0, 0, 6, 6, 12, 12, .. new long[6], 0, 1, 0, 1, 0, 1], timed.Values);
        Assert.Equal(13, timed.Next);
        Assert.Equal([6], new Qwen25VlConfig().Stretches(layout));
    }

    [Fact]
    public void Only_one_family_asks_for_the_time_of_a_video() => Assert.Equal((0, 1, 0),
        (new Qwen2VlConfig().UsualSecondsPerStep, new Qwen25VlConfig().UsualSecondsPerStep, new Qwen3VlConfig().UsualSecondsPerStep));

    [Fact]
    public void People_are_told_of_the_tower_and_of_its_tokens()
    {
        var config = new Qwen2VlConfig
        {
            Vision = new() { LayerCount = 5, HiddenSize = 6, IntermediateSize = 7, HeadCount = 8, PatchSize = 9, MergeSize = 3 },
        };
        Assert.Equal((new EncoderShape(5, 6, 7, 8), 5, true, true),
            (config.Encoder, config.TowerDepth, config.HasClsAttention, config.ImagesVary));
        Assert.Equal(
            "1 visual token for each 27 x 27 pixels of an image, as large as it is within the limits of its image processor.",
            config.DescribeImages());
    }

    [Fact]
    public void Token_ids_have_the_defaults_of_transformers_classes()
    {
        QwenVlConfig config = new Qwen2VlConfig();
        Assert.Equal((151652, 151653, 151656), (config.VisionStartTokenId, config.VisionEndTokenId, config.VideoTokenIndex));
    }

    private static readonly VideoProcessing Qwen2Videos =
        new("Qwen2VLVideoProcessor", new(100352, 602112), LimitsAllFrames: false, new(FrameSpacing.EqualSpans, 2, 4, 768, Multiple: 2));

    private static readonly VideoProcessing Qwen3Videos =
        new("Qwen3VLVideoProcessor", new(4096, 25165824), LimitsAllFrames: true, new(FrameSpacing.FirstToLast, 2, 4, 768, Multiple: 1));

    private const string Clip = "mean 0.4815 0.4578 0.4082, standard deviation 0.2686 0.2613 0.2758";

    [Theory]
    [InlineData("qwen2_vl", 3136, 12845056, Clip)]
    [InlineData("qwen2_5_vl", 3136, 12845056, Clip)]
    [InlineData("qwen3_vl", 65536, 16777216, "mean 0.5 0.5 0.5, standard deviation 0.5 0.5 0.5")]
    public void Images_become_patches_of_the_towers_size_as_in_published_checkpoints(string family, int least, int most, string values)
    {
        QwenVlConfig published = family switch
        {
            "qwen2_vl" => new Qwen2VlConfig(),
            "qwen2_5_vl" => new Qwen25VlConfig(),
            _ => new Qwen3VlConfig(),
        };
        var (limits, videos) = (new PixelLimits(least, most), family == "qwen3_vl" ? Qwen3Videos : Qwen2Videos);
        var config = published with { Vision = new() { PatchSize = 4, MergeSize = 3, TemporalPatchSize = 5 } };
        var notes = new List<string>();
        var images = Assert.IsType<PatchImageProcessor>(config.LoadImages(_folder.Path, ImagePadding.Square, notes));
        Assert.Equal((3 * 5 * 4 * 4, 5), (Assert.Single(images.PartShape), images.FramesPerStep));
        Assert.Equal((limits, videos), (images.Limits, images.Video));
        Assert.Contains(
            $": bicubic resize to {least} to {most} pixels and multiples of 12 on each side, patches of 4 x 4, " +
            $"scale 1/255, {values}. ", Assert.Single(notes));
        _folder.Write("preprocessor_config.json", """{"image_processor_type":"Qwen2VLImageProcessor"}""");
        Assert.Equal(limits, ((PatchImageProcessor)config.LoadImages(_folder.Path, ImagePadding.Square, [])).Limits);
        _folder.Write("preprocessor_config.json", """{"image_processor_type":"CLIPImageProcessor"}""");
        Expect.Error(EosErrors.UnsupportedModel, () => config.LoadImages(_folder.Path, ImagePadding.Square, []),
            "is 'CLIPImageProcessor', expected 'Qwen2VLImageProcessor', what the model has");
    }

    private static JsonObject With(JsonObject config, string section, string field, string value)
    {
        (section.Length == 0 ? config : config[section]!.AsObject())[field] = JsonNode.Parse(value);
        return config;
    }

    // What older files have at the top stands in a section of its own in newer ones.
    private static JsonObject Newer(JsonObject config)
    {
        var text = config.DeepClone().AsObject();
        foreach (var name in (string[])["model_type", "vision_config", "image_token_id", "video_token_id", "tie_word_embeddings"])
            text.Remove(name);
        return new JsonObject
        {
            ["model_type"] = config["model_type"]!.DeepClone(), ["vision_config"] = config["vision_config"]!.DeepClone(),
            ["image_token_id"] = 303, ["video_token_id"] = 304, ["text_config"] = text,
        };
    }

    private static JsonObject Json(string family, string file) =>
        JsonNode.Parse(File.ReadAllText(GoldenFiles.At("backbones", family, "configs", file + ".json")))!.AsObject();

    private QwenVlConfig Read(string family, string file) => Read(Json(family, file));

    private QwenVlConfig Read(JsonObject config)
    {
        _folder.Write("config.json", config.ToJsonString());
        return (QwenVlConfig)ModelConfig.Load(_folder.Path);
    }

    private static string Text(QwenVlConfig config) => JsonSerializer.Serialize(config, config.GetType());
}
