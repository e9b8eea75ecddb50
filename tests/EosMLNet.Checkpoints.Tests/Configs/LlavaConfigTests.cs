namespace EosMLNet.Tests.Configs;

public sealed class LlavaConfigTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Spelt_out_values_are_read()
    {
        var config = LlavaConfig.Load(GoldenFiles.TinyLlava);
        Assert.Equal(new ClipVisionConfig { HiddenSize = 64, IntermediateSize = 128, LayerCount = 3, HeadCount = 4, ImageSize = 56, PatchSize = 14 }, config.Vision);
        Assert.Equal(new LlamaConfig
        {
            VocabularySize = 320, HiddenSize = 96, IntermediateSize = 192, LayerCount = 4, HeadCount = 6, KeyValueHeadCount = 3, HeadSize = 16,
            MaxPositions = 512, RmsNormEps = 1e-5,
        }, config.Text);
        Assert.Equal((299, 300, -2, "default", 16), (config.ImageTokenIndex, config.PadTokenId, config.VisionFeatureLayer, config.VisionFeatureSelectStrategy, config.VisualTokens));
    }

    // What llava-hf/llava-1.5-7b-hf publishes, which leaves most of Llama's values out.
    [Fact]
    public void Omitted_values_have_transformers_defaults()
    {
        var config = Load("""
            {
              "architectures": ["LlavaForConditionalGeneration"], "ignore_index": -100, "image_token_index": 32000, "model_type": "llava", "pad_token_id": 32001,
              "projector_hidden_act": "gelu",
              "text_config": { "_name_or_path": "lmsys/vicuna-7b-v1.5", "architectures": ["LlamaForCausalLM"], "max_position_embeddings": 4096, "model_type": "llama",
                               "rms_norm_eps": 1e-05, "torch_dtype": "float16", "vocab_size": 32064 },
              "tie_word_embeddings": false, "torch_dtype": "float16", "transformers_version": "4.36.0.dev0",
              "vision_config": { "hidden_size": 1024, "image_size": 336, "intermediate_size": 4096, "model_type": "clip_vision_model", "num_attention_heads": 16,
                                 "num_hidden_layers": 24, "patch_size": 14, "projection_dim": 768, "vocab_size": 32000 },
              "vision_feature_layer": -2, "vision_feature_select_strategy": "default", "vocab_size": 32064
            }
            """);
        Assert.Equal(new ClipVisionConfig(), config.Vision);
        Assert.Equal(new LlamaConfig { VocabularySize = 32064, MaxPositions = 4096, RmsNormEps = 1e-5 }, config.Text);
        Assert.Equal((32000, 32001, 1, 2, 576), (config.ImageTokenIndex, config.PadTokenId, config.BosTokenId, config.EosTokenIds.Single(), config.VisualTokens));
        Assert.True(config.ProjectorBias);
        Assert.False(config.TieWordEmbeddings);
        Assert.Equal("gelu", config.ProjectorActivation);
    }

    [Fact]
    public void Without_a_vision_config_the_tower_is_LLaVAs_own()
    {
        Assert.Equal(new ClipVisionConfig(), Load("""{"model_type":"llava"}""").Vision);
        Assert.Equal(new LlamaConfig(), Load("""{"model_type":"llava"}""").Text);
    }

    [Fact]
    public void An_empty_vision_config_is_CLIPs_smallest_tower() =>
        Assert.Equal(
            new ClipVisionConfig { HiddenSize = 768, IntermediateSize = 3072, LayerCount = 12, HeadCount = 12, ImageSize = 224, PatchSize = 32 },
            Load("""{"model_type":"llava","vision_config":{}}""").Vision);

    [Fact]
    public void Newer_spellings_are_understood()
    {
        var config = Load("""
            {"model_type":"llava","image_token_id":7,"vision_feature_layer":[-1],"tie_word_embeddings":true,"eos_token_id":[2,3],"multimodal_projector_bias":false,
             "vision_feature_select_strategy":"full","text_config":{"rope_parameters":{"rope_theta":500000.0,"rope_type":"default"},"head_dim":64,"num_key_value_heads":8}}
            """);
        Assert.Equal((7, -1, 577), (config.ImageTokenIndex, config.VisionFeatureLayer, config.VisualTokens));
        Assert.Equal([2, 3], config.EosTokenIds);
        Assert.True(config.TieWordEmbeddings);
        Assert.False(config.ProjectorBias);
        Assert.Equal((500000.0, 64, 8), (config.Text.RopeTheta, config.Text.HeadSize, config.Text.KeyValueHeadCount));
    }

    [Theory]
    [InlineData("""{"model_type":"llava","text_config":{"tie_word_embeddings":true}}""", true)]
    [InlineData("""{"model_type":"llava","tie_word_embeddings":true,"text_config":{"tie_word_embeddings":false}}""", false)]
    public void The_decoders_own_word_on_tying_wins(string json, bool tied) => Assert.Equal(tied, Load(json).TieWordEmbeddings);

    [Fact]
    public void The_generation_config_overrides_token_ids()
    {
        _folder.Write("generation_config.json", """{"eos_token_id":[5,6],"bos_token_id":4,"pad_token_id":0}""");
        var config = Load("""{"model_type":"llava","eos_token_id":2,"pad_token_id":9}""");
        Assert.Equal([5, 6], config.EosTokenIds);
        Assert.Equal((4, 0), (config.BosTokenId, config.PadTokenId));
    }

    // What changes a result is read; what changes none is left alone. What is neither is refused: LlamaConfigTests.
    [Theory]
    [InlineData("""{"num_attention_heads":8,"head_dim":16}""", "HeadSize", "16")]
    [InlineData("""{"num_key_value_heads":8}""", "KeyValueHeadCount", "8")]
    [InlineData("""{"rms_norm_eps":1e-5}""", "RmsNormEps", "1E-05")]
    [InlineData("""{"hidden_act":"gelu_pytorch_tanh"}""", "Activation", "gelu_pytorch_tanh")]
    [InlineData("""{"attention_bias":true}""", "AttentionBias", "True")]
    [InlineData("""{"mlp_bias":true}""", "MlpBias", "True")]
    [InlineData("""{"max_position_embeddings":77777}""", "MaxPositions", "77777")]
    [InlineData("""{"rope_theta":5e5}""", "RopeTheta", "500000")]
    [InlineData("""{"rope_parameters":{"rope_theta":5e5},"rope_theta":1}""", "RopeTheta", "500000")]
    [InlineData("""{"rope_scaling":{"rope_type":"default","rope_theta":5e5}}""", "RopeTheta", "500000")]
    [InlineData("""{"rope_scaling":{"type":"default","factor":1}}""", "RopeTheta", "10000")]
    [InlineData("""{"sliding_window":4096,"use_sliding_window":false,"layer_types":["full_attention"]}""", "HeadSize", "128")]
    [InlineData("""{"pretraining_tp":2,"attention_dropout":0.1,"use_cache":false,"initializer_range":1}""", "HeadSize", "128")]
    public void A_field_of_the_decoder_is_honoured_or_changes_no_result(string text, string property, string value)
    {
        var config = Load($$"""{"model_type":"llava","text_config":{{text}}}""").Text;
        Assert.Equal(value, Convert.ToString(typeof(LlamaConfig).GetProperty(property)!.GetValue(config), System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public void Without_a_padding_token_the_end_token_pads() => Assert.Equal(2, Load("""{"model_type":"llava","pad_token_id":-1}""").PadTokenId);

    [Theory]
    [InlineData("""{"model_type":"llava_next"}""", "llava_next")]
    [InlineData("""{"model_type":"llava","text_config":{"model_type":"gemma"}}""", "text_config.model_type")]
    [InlineData("""{"model_type":"llava","vision_config":{"model_type":"dinov2"}}""", "vision_config.model_type")]
    [InlineData("""{"model_type":"llava","projector_hidden_act":"?"}""", "projector_hidden_act")]
    [InlineData("""{"model_type":"llava","vision_feature_layer":[-2,-5]}""", "vision_feature_layer")]
    [InlineData("""{"model_type":"llava","vision_feature_layer":25}""", "25")]
    [InlineData("""{"model_type":"llava","vision_feature_layer":-26}""", "-26")]
    [InlineData("""{"model_type":"llava","vision_feature_select_strategy":"cls"}""", "cls")]
    [InlineData("""{"model_type":"llava","image_token_index":7,"image_token_id":8}""", "image_token_id")]
    [InlineData("""{"model_type":"llava","vision_config":{"image_size":3200,"patch_size":32}}""", "max_position_embeddings")]
    public void What_is_not_supported_or_makes_no_sense_is_refused(string json, string inMessage) =>
        Expect.Error(EosErrors.UnsupportedModel, () => Load(json), inMessage, "config.json", "expected");

    [Theory]
    [InlineData("", "line 1")]
    [InlineData("{\n\"model_type\": \"llava\",\n\"text_config\": {\n", "line 4")]
    [InlineData("[]", "Array")]
    [InlineData("""{"model_type":"llava","model_type":"llava"}""", "model_type")]
    [InlineData("""{"model_type":3}""", "model_type")]
    [InlineData("""{"model_type":"llava","text_config":[]}""", "text_config")]
    [InlineData("""{"model_type":"llava","text_config":{"hidden_size":"big"}}""", "text_config.hidden_size")]
    [InlineData("""{"model_type":"llava","text_config":{"hidden_size":64.5}}""", "64.5")]
    [InlineData("""{"model_type":"llava","text_config":{"rope_theta":1e999}}""", "rope_theta")]
    [InlineData("""{"model_type":"llava","tie_word_embeddings":"no"}""", "tie_word_embeddings")]
    [InlineData("""{"model_type":"llava","vision_feature_layer":["a"]}""", "vision_feature_layer")]
    public void Malformed_JSON_is_refused_with_its_place(string json, string inMessage) =>
        Expect.Error(EosErrors.MalformedJson, () => Load(json), inMessage, "config.json");

    [Fact]
    public void Deep_JSON_is_refused() => Expect.Error(EosErrors.MalformedJson, () => Load(new string('[', 10000)), "config.json");

    [Fact]
    public void A_folder_without_configuration_is_refused() => Expect.Error(EosErrors.FileMissing, () => LlavaConfig.Load(_folder.Path), "config.json");

    [Fact]
    public void What_is_saved_loads_as_it_was()
    {
        var config = new LlavaConfig
        {
            Vision = new() { HiddenSize = 48, HeadCount = 3, ImageSize = 96, PatchSize = 8, Activation = "gelu", LayerNormEps = 1e-6 },
            Text = new() { HiddenSize = 64, HeadCount = 4, KeyValueHeadCount = 2, HeadSize = 32, RopeTheta = 12345.5, AttentionBias = true, OutputBias = true, MlpBias = true },
            ImageTokenIndex = 3, PadTokenId = 0, VisionFeatureLayer = -1, VisionFeatureSelectStrategy = "full", ProjectorBias = false, TieWordEmbeddings = true,
            EosTokenIds = [2, 7], BosTokenId = 5, ProjectorActivation = "relu",
        };
        config.Save(_folder.Path);
        var loaded = LlavaConfig.Load(_folder.Path);
        Assert.Equal(config.EosTokenIds, loaded.EosTokenIds);
        Assert.Equal(config, loaded with { EosTokenIds = config.EosTokenIds });
    }

    [Fact]
    public void Every_value_is_spelt_out_under_the_names_of_transformers()
    {
        new LlavaConfig
        {
            Vision = new()
            {
                HiddenSize = 48, IntermediateSize = 49, LayerCount = 5, HeadCount = 3, ImageSize = 96, PatchSize = 8, Activation = "gelu",
                LayerNormEps = 0.125,
            },
            Text = new()
            {
                VocabularySize = 320, HiddenSize = 64, IntermediateSize = 65, LayerCount = 7, HeadCount = 4, KeyValueHeadCount = 2,
                HeadSize = 32, MaxPositions = 333, RmsNormEps = 0.25, RopeTheta = 12345.5, AttentionBias = true, Activation = "relu",
            },
            ImageTokenIndex = 3, PadTokenId = 9, VisionFeatureLayer = -1, VisionFeatureSelectStrategy = "full", ProjectorBias = false,
            TieWordEmbeddings = true, BosTokenId = 5, ProjectorActivation = "silu",
        }.Save(_folder.Path);
        Assert.Equal("""
            {
              "architectures": [
                "LlavaForConditionalGeneration"
              ],
              "model_type": "llava",
              "ignore_index": -100,
              "image_seq_length": 145,
              "image_token_index": 3,
              "bos_token_id": 5,
              "eos_token_id": 2,
              "pad_token_id": 9,
              "projector_hidden_act": "silu",
              "multimodal_projector_bias": false,
              "vision_feature_layer": -1,
              "vision_feature_select_strategy": "full",
              "tie_word_embeddings": true,
              "text_config": {
                "architectures": [
                  "LlamaForCausalLM"
                ],
                "model_type": "llama",
                "vocab_size": 320,
                "hidden_size": 64,
                "intermediate_size": 65,
                "num_hidden_layers": 7,
                "num_attention_heads": 4,
                "num_key_value_heads": 2,
                "head_dim": 32,
                "max_position_embeddings": 333,
                "rms_norm_eps": 0.25,
                "rope_theta": 12345.5,
                "rope_scaling": null,
                "attention_bias": true,
                "mlp_bias": false,
                "hidden_act": "relu",
                "bos_token_id": 5,
                "eos_token_id": 2,
                "pad_token_id": 9,
                "tie_word_embeddings": true
              },
              "vision_config": {
                "model_type": "clip_vision_model",
                "hidden_size": 48,
                "intermediate_size": 49,
                "num_hidden_layers": 5,
                "num_attention_heads": 3,
                "num_channels": 3,
                "image_size": 96,
                "patch_size": 8,
                "hidden_act": "gelu",
                "layer_norm_eps": 0.125,
                "projection_dim": 48
              }
            }

            """.ReplaceLineEndings("\n"), File.ReadAllText(_folder["config.json"]).ReplaceLineEndings("\n"));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public void The_weights_are_those_of_the_tower_the_projector_the_decoder_and_its_head(bool bias, bool tied)
    {
        var config = new LlavaConfig
        {
            Vision = new() { HiddenSize = 4, IntermediateSize = 8, LayerCount = 1, HeadCount = 2, ImageSize = 8, PatchSize = 4 },
            Text = new() { VocabularySize = 20, HiddenSize = 6, IntermediateSize = 10, LayerCount = 1, HeadCount = 1, HeadSize = 6 },
            ProjectorBias = bias, TieWordEmbeddings = tied,
        };
        Assert.Equal(
            [
                .. WeightLines.Of(config.Vision.Weights("vision_tower.vision_model.")),
                "multi_modal_projector.linear_1.weight 6x4 linear",
                "multi_modal_projector.linear_2.weight 6x6 linear",
                .. bias ? (string[])["multi_modal_projector.linear_1.bias 6", "multi_modal_projector.linear_2.bias 6"] : [],
                .. WeightLines.Of(config.Text.Weights("language_model.model.")),
                .. tied ? (string[])[] : ["language_model.lm_head.weight 20x6 linear"],
            ],
            WeightLines.Of(config.Weights));
    }

    [Theory]
    [InlineData(-2, 23)]
    [InlineData(-25, 0)]
    [InlineData(0, 0)]
    [InlineData(3, 3)]
    [InlineData(24, 24)]
    public void A_layer_is_counted_from_the_embeddings_or_from_the_end(int layer, int depth)
    {
        Assert.Equal(depth, new LlavaConfig { VisionFeatureLayer = layer }.TowerDepth);
        Assert.Equal(layer, Load($$"""{"model_type":"llava","vision_feature_layer":{{layer}}}""").VisionFeatureLayer);
    }

    [Fact]
    public void The_last_layer_but_one_is_the_default() => Assert.Equal(-2, new LlavaConfig().VisionFeatureLayer);

    [Theory]
    [InlineData(""" "vision_feature_layer":[-2,-5] """, "vision_feature_layer", "a list of 2",
        "one layer: concatenated features are not supported")]
    [InlineData(""" "vision_feature_layer":[] """, "vision_feature_layer", "a list of 0",
        "one layer: concatenated features are not supported")]
    [InlineData(""" "vision_feature_layer":25 """, "vision_feature_layer", "25", "-25 to 24")]
    [InlineData(""" "vision_feature_layer":-26 """, "vision_feature_layer", "-26", "-25 to 24")]
    [InlineData(""" "vision_feature_select_strategy":"cls" """, "vision_feature_select_strategy", "'cls'", "'default' or 'full'")]
    [InlineData(""" "vision_config":{"image_size":64},"text_config":{"max_position_embeddings":3} """, "vision_config.image_size", "64",
        "at most 3 patches, the decoder's max_position_embeddings; it makes 2 x 2")]
    public void What_is_refused_is_told_with_what_was_expected(string fields, string field, string found, string expected) => Assert.Equal(
        $"EOS1009: '{field}' of '{_folder["config.json"]}' is {found}, expected {expected}.",
        Assert.Throws<EosException>(() => Load($$"""{"model_type":"llava",{{fields}}}""")).Message);

    [Fact]
    public void As_many_patches_as_positions_fit() => Assert.Equal(4, Load(
        """{"model_type":"llava","vision_config":{"image_size":64},"text_config":{"max_position_embeddings":4}}""").VisualTokens);

    [Fact]
    public void No_beginning_is_the_token_0() => Assert.Equal(0, Load("""{"model_type":"llava","bos_token_id":[]}""").BosTokenId);

    [Fact]
    public void A_model_of_another_family_is_refused() => Assert.Equal(
        $"EOS1009: 'model_type' of '{_folder["config.json"]}' is 'llava_next', expected 'llava'.",
        Assert.Throws<EosException>(() => Load("""{"model_type":"llava_next"}""")).Message);

    [Theory]
    [InlineData(""" "patch_size":16 """, "patch_size", "16", "14")]
    [InlineData(""" "vision_feature_select_strategy":"full" """, "vision_feature_select_strategy", "'full'", "'default'")]
    public void The_processors_file_must_belong_to_the_model(string setting, string field, string found, string expected)
    {
        var path = _folder.Write("processor_config.json", $$"""{{{setting}}}""");
        Assert.Equal(
            $"EOS1009: '{field}' of '{path}' is {found}, expected {expected} as in config.json; the two files do not belong together.",
            Assert.Throws<EosException>(() => new LlavaConfig().LoadImages(_folder.Path, ImagePadding.Square, [])).Message);
    }

    [Fact]
    public void A_processors_file_that_agrees_is_fine()
    {
        _folder.Write("processor_config.json", """{"patch_size":14,"vision_feature_select_strategy":"default"}""");
        Assert.Equal([3, 336, 336], new LlavaConfig().LoadImages(_folder.Path, ImagePadding.Square, []).PartShape);
    }

    // 24 layers have 25 states: -25 is the first of them, the embeddings.
    [Theory]
    [InlineData(-2, true, true)]
    [InlineData(-24, true, true)]
    [InlineData(1, true, true)]
    [InlineData(-25, true, false)]
    [InlineData(0, true, false)]
    [InlineData(-2, false, false)]
    public void A_tower_that_runs_and_has_a_CLS_token_tells_its_attention(int layer, bool hasClassToken, bool expected) => Assert.Equal(
        expected, new LlavaConfig { VisionFeatureLayer = layer, Vision = new() { HasClassToken = hasClassToken } }.HasClsAttention);

    [Fact]
    public void People_are_told_of_the_tower_and_of_its_tokens()
    {
        var config = new LlavaConfig { Vision = new() { LayerCount = 5, HiddenSize = 6, IntermediateSize = 7, HeadCount = 8 } };
        Assert.Equal(new EncoderShape(5, 6, 7, 8), config.Encoder);
        Assert.Equal("576 visual tokens of images of 336 x 336 pixels.", config.DescribeImages());
        var full = config with { VisionFeatureSelectStrategy = "full" };
        Assert.Equal("577 visual tokens of images of 336 x 336 pixels.", full.DescribeImages());
    }

    private LlavaConfig Load(string json)
    {
        _folder.Write("config.json", json);
        return LlavaConfig.Load(_folder.Path);
    }
}
