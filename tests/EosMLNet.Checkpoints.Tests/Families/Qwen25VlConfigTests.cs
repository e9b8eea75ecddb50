using System.Text.Json.Nodes;

namespace EosMLNet.Tests.Families;

public sealed class Qwen25VlConfigTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private static Qwen25VlConfig Small => new()
    {
        Vision = new QwenVisionConfig
        {
            HiddenSize = 32, IntermediateSize = 52, LayerCount = 4, HeadCount = 2, PatchSize = 6, Activation = "silu", IsGated = true,
            WindowSize = 48, FullAttentionLayers = [1, 3],
        },
        Text = new LlamaConfig
        {
            VocabularySize = 320, HiddenSize = 64, IntermediateSize = 96, LayerCount = 3, HeadCount = 4, KeyValueHeadCount = 2, HeadSize = 16,
            MaxPositions = 1024, RopeTheta = 1000, AttentionBias = true, RopeAxes = [0, 0, 1, 1, 1, 2, 2, 2],
        },
        BosTokenId = 0, EosTokenIds = [2], PadTokenId = 0, ImageTokenIndex = 5, VideoTokenIndex = 6, VisionStartTokenId = 3, VisionEndTokenId = 4,
        TieWordEmbeddings = true, PositionsPerSecond = 2,
    };

    [Fact]
    public void What_is_saved_reads_back_the_same()
    {
        Small.Save(folder.Path);
        var read = Assert.IsType<Qwen25VlConfig>(ModelConfig.Load(folder.Path));
        Assert.Equal(Flat(Small), Flat(read));
        Assert.Equal(Small.Weights.Select(weight => weight.Name), read.Weights.Select(weight => weight.Name));
    }

    [Fact]
    public void The_form_is_the_published_one()
    {
        Small.Save(folder.Path);
        var json = JsonNode.Parse(File.ReadAllText(folder["config.json"]))!.AsObject();
        Assert.Equal("Qwen2_5_VLForConditionalGeneration", json["architectures"]![0]!.GetValue<string>());
        Assert.False(json.ContainsKey("text_config"));
        Assert.Equal([2, 3, 3], json["rope_scaling"]!["mrope_section"]!.AsArray().Select(size => size!.GetValue<int>()));
        Assert.Equal((3, 4), (json["vision_start_token_id"]!.GetValue<int>(), json["vision_end_token_id"]!.GetValue<int>()));
    }

    [Fact]
    public void Every_value_is_spelt_out_under_the_published_names()
    {
        (Small with
        {
            Vision = Small.Vision with { MergeSize = 3, TemporalPatchSize = 5 },
            Text = Small.Text with { RmsNormEps = 0.25, Activation = "relu" },
            PadTokenId = 1,
        }).Save(folder.Path);
        Assert.Equal("""
            {
              "architectures": [
                "Qwen2_5_VLForConditionalGeneration"
              ],
              "attention_dropout": 0,
              "bos_token_id": 0,
              "eos_token_id": 2,
              "pad_token_id": 1,
              "vision_start_token_id": 3,
              "vision_end_token_id": 4,
              "image_token_id": 5,
              "video_token_id": 6,
              "hidden_act": "relu",
              "hidden_size": 64,
              "intermediate_size": 96,
              "max_position_embeddings": 1024,
              "model_type": "qwen2_5_vl",
              "num_attention_heads": 4,
              "num_hidden_layers": 3,
              "num_key_value_heads": 2,
              "rms_norm_eps": 0.25,
              "rope_theta": 1000,
              "tie_word_embeddings": true,
              "torch_dtype": "bfloat16",
              "use_sliding_window": false,
              "vision_config": {
                "depth": 4,
                "hidden_act": "silu",
                "hidden_size": 32,
                "intermediate_size": 52,
                "num_heads": 2,
                "in_chans": 3,
                "out_hidden_size": 64,
                "patch_size": 6,
                "spatial_merge_size": 3,
                "spatial_patch_size": 6,
                "window_size": 48,
                "fullatt_block_indexes": [
                  1,
                  3
                ],
                "tokens_per_second": 2,
                "temporal_patch_size": 5
              },
              "rope_scaling": {
                "type": "mrope",
                "mrope_section": [
                  2,
                  3,
                  3
                ]
              },
              "vocab_size": 320
            }

            """.ReplaceLineEndings("\n"), File.ReadAllText(folder["config.json"]).ReplaceLineEndings("\n"));
    }

    [Fact]
    public void One_end_of_an_answer_is_a_number_and_several_are_a_list()
    {
        Small.Save(folder.Path);
        Assert.Equal("2", Written("eos_token_id"));
        (Small with { EosTokenIds = [2, 7] }).Save(folder.Path);
        Assert.Equal("[2,7]", Written("eos_token_id"));
        Assert.Equal([2, 7], ModelConfig.Load(folder.Path).EosTokenIds);
    }

    public static TheoryData<Func<LlamaConfig, LlamaConfig>, string> Others => new()
    {
        { text => text with { HeadSize = 32 }, "4 heads of 32, a width of 64, and biases in its attention" },
        { text => text with { HeadCount = 2 }, "2 heads of 16, a width of 64, and biases in its attention" },
        { text => text with { HiddenSize = 48 }, "4 heads of 16, a width of 48, and biases in its attention" },
        { text => text with { AttentionBias = false }, "4 heads of 16, a width of 64, and no biases in its attention" },
        { text => text with { MlpBias = true }, "4 heads of 16, a width of 64, and biases in its attention" },
        { text => text with { RopeAxes = null }, "4 heads of 16, a width of 64, and biases in its attention" },
    };

    [Theory]
    [MemberData(nameof(Others))]
    public void A_decoder_that_the_form_cannot_tell_is_refused(Func<LlamaConfig, LlamaConfig> change, string found)
    {
        var error = Assert.Throws<EosException>(() => (Small with { Text = change(Small.Text) }).Save(folder.Path));
        Assert.Equal(
            $"EOS1009: The decoder has {found}; expected axes of positions, heads that divide the width, and biases in the attention " +
            "only. Change the configuration.", error.Message);
        Assert.False(File.Exists(folder["config.json"]));
    }

    private string Written(string field) => JsonNode.Parse(File.ReadAllText(folder["config.json"]))![field]!.ToJsonString();

    private static readonly int[] None = [];

    // Records compare lists by reference.
    private static string Flat(Qwen25VlConfig config) => string.Join('\n',
        config.Vision with { FullAttentionLayers = None }, string.Join(' ', config.Vision.FullAttentionLayers),
        config.Text with { RopeAxes = null }, string.Join(' ', config.Text.RopeAxes!), string.Join(' ', config.EosTokenIds),
        config.BosTokenId, config.PadTokenId, config.ImageTokenIndex, config.VideoTokenIndex, config.VisionStartTokenId, config.VisionEndTokenId,
        config.TieWordEmbeddings, config.PositionsPerSecond);
}
