using System.Text.Json;
using System.Text.Json.Nodes;

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
