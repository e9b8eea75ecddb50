namespace EosMLNet.Tests.Configs;

public sealed class ModelConfigTests : IDisposable
{
    private const string Families = "one of llava, llava_next, llava_onevision, qwen2_5_vl, qwen2_vl, qwen3_vl";
    private readonly ConfigFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_families_are_told_in_order() =>
        Assert.Equal(["llava", "llava_next", "llava_onevision", "qwen2_5_vl", "qwen2_vl", "qwen3_vl"], ModelConfig.ModelTypes);

    [Theory]
    [InlineData("{}", "model_type", "missing", Families)]
    [InlineData("""{"model_type": "llava_other"}""", "model_type", "'llava_other'", Families)]
    [InlineData("""{"model_type": "llava", "image_token_index": -200}""", "image_token_index", "-200", "a token id")]
    [InlineData("""{"model_type": "llava", "eos_token_id": [2, 32000]}""", "eos_token_id", "[2, 32000]", "token ids below 32000")]
    [InlineData("""{"model_type": "llava", "eos_token_id": [2, -1]}""", "eos_token_id", "[2, -1]", "token ids below 32000")]
    [InlineData("""{"model_type": "llava", "eos_token_id": []}""", "eos_token_id", "[]", "token ids below 32000")]
    [InlineData("""{"model_type": "llava", "bos_token_id": 32000}""", "bos_token_id", "32000", "a token id below 32000")]
    [InlineData("""{"model_type": "llava", "bos_token_id": -1}""", "bos_token_id", "-1", "a token id below 32000")]
    public void What_makes_no_sense_is_refused(string config, string field, string found, string expected) =>
        Assert.Equal($"EOS1009: '{field}' of 'config.json' is {found}, expected {expected}.", folder.Refusal(config));

    [Fact]
    public void Token_ids_are_from_0_to_the_last_of_the_vocabulary()
    {
        var config = folder.Load("""{"model_type": "llava", "image_token_index": 0, "bos_token_id": 0, "eos_token_id": [0, 31999]}""");
        Assert.Equal((0, 0, "0 31999"), (config.ImageTokenIndex, config.BosTokenId, string.Join(' ', config.EosTokenIds)));
        Assert.Equal(31999, folder.Load("""{"model_type": "llava", "bos_token_id": 31999}""").BosTokenId);
    }

    [Theory]
    [InlineData("""{"model_type": "llava", "quantization_config": {"quant_method": "awq"}}""")]
    [InlineData("""{"model_type": "llava", "text_config": {"quantization_config": {"quant_method": "awq"}}}""")]
    public void A_quantised_model_or_decoder_is_refused(string config) => Assert.Equal(
        "EOS1009: 'config.json' is of a checkpoint that is quantised (AWQ), expected weights in floating point. " +
        $"{Quantization.Remedy}.",
        folder.Refusal(config));

    [Fact]
    public void The_layout_of_LLaVAs_authors_is_named_before_its_model_type_is_missed() => Assert.Contains(
        "layout of LLaVA's authors", folder.Refusal("""{"model_type": "llava_llama", "mm_vision_tower": "openai/clip"}"""));

    [Fact]
    public void An_adapter_alone_is_refused_with_how_to_merge_it()
    {
        folder.Write("adapter_config.json", "{}");
        var error = Assert.Throws<EosException>(() => ModelConfig.Load(folder.Path));
        Assert.Equal(
            $"EOS1009: '{folder.Path}' is an adapter (adapter_config.json, no config.json), expected a whole model. Merge it into its " +
            "model first: merge_and_unload() of the Python package peft, then save_pretrained.", error.Message);
    }

    [Fact]
    public void An_adapter_s_file_beside_a_whole_model_is_left_alone()
    {
        folder.Write("adapter_config.json", "{}");
        Assert.IsType<LlavaConfig>(folder.Load("""{"model_type": "llava"}"""));
    }

    [Theory]
    [InlineData("""{"do_sample": true}""", "do_sample true")]
    [InlineData("""{"num_beams": 2}""", "num_beams 2")]
    [InlineData("""{"repetition_penalty": 1.5}""", "repetition_penalty 1.5")]
    [InlineData("""{"encoder_repetition_penalty": 0.5}""", "encoder_repetition_penalty 0.5")]
    [InlineData("""{"no_repeat_ngram_size": 1}""", "no_repeat_ngram_size 1")]
    [InlineData("""{"num_beams": 4, "do_sample": true}""", "do_sample true, num_beams 4")]
    public void Ways_of_decoding_that_have_no_effect_are_noted(string generation, string named)
    {
        var path = folder.Write("generation_config.json", generation);
        Assert.Equal($"'{path}' asks for {named}; that has no effect: answers always take the likeliest token.", Assert.Single(Notes()));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"do_sample": false, "num_beams": 1, "repetition_penalty": 1.0, "no_repeat_ngram_size": 0, "temperature": 0.2}""")]
    public void A_plain_generation_config_is_not_worth_a_word(string generation)
    {
        folder.Write("generation_config.json", generation);
        Assert.Empty(Notes());
    }

    [Fact]
    public void Notes_may_be_left_out()
    {
        folder.Write("generation_config.json", """{"do_sample": true}""");
        Assert.Equal("llava", folder.Load("""{"model_type": "llava"}""").ModelType);
    }

    [Fact]
    public void A_position_has_as_many_numbers_as_frequencies_turn_by()
    {
        Assert.Equal(1, new LlavaConfig().PositionAxes);
        Assert.Equal(3, new LlavaConfig { Text = new LlamaConfig { RopeAxes = [1, 2, 0] } }.PositionAxes);
    }

    [Fact]
    public void Where_all_images_are_alike_each_lies_as_the_usual_one_in_one_stretch()
    {
        var config = LlavaConfig.Load(GoldenFiles.TinyLlava);
        var layout = config.LayoutOf(new ImageShape(1, 9, 7));
        Assert.Equal(new VisualLayout(new VisualRegion(4, 4)), layout);
        Assert.Equal((layout, false), (config.UsualLayout(null), config.ImagesVary));
        Assert.Equal([16], config.Stretches(layout));
        var positions = config.PositionsOf(layout, 0);
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15], positions.Values);
        Assert.Equal(16, positions.Next);
        var full = config with { VisionFeatureSelectStrategy = "full" };
        Assert.Equal(new VisualLayout(VisualRegion.Single, new VisualRegion(4, 4)), full.LayoutOf(new ImageShape(1)));
    }

    [Fact]
    public void Visual_tokens_have_one_id_or_one_more_for_videos()
    {
        Assert.Equal([32000], new LlavaConfig().VisualTokenIds);
        Assert.Equal([5, 6], new LlavaConfig { ImageTokenIndex = 5, VideoTokenIndex = 6 }.VisualTokenIds);
    }

    [Fact]
    public void A_plan_records_the_decoder_and_the_usual_image()
    {
        var config = ModelConfig.Load(GoldenFiles.TinyLlava);
        Assert.Equal(
            new PlanModel
            {
                Family = "llava", Identity = new("sha256:0"), Layers = 4, TowerLayers = 2, VisualTokens = 16, Grid = new VisualGrid(4, 4),
                ImagesVary = false, HiddenSize = 96, IntermediateSize = 192, Heads = 6, KeyValueHeads = 3, HeadSize = 16,
            },
            config.ToPlanModel(null, new("sha256:0")));
    }

    [Fact]
    public void A_checkpoint_has_the_weights_of_its_configuration()
    {
        using var checkpoint = Checkpoint.Open(GoldenFiles.TinyLlava);
        Assert.Empty(ModelConfig.Load(GoldenFiles.TinyLlava).CheckWeights(checkpoint));
    }

    [Theory]
    [InlineData("llava_next")]
    [InlineData("llava_onevision")]
    [InlineData("qwen2_vl")]
    [InlineData("qwen2_5_vl")]
    [InlineData("qwen3_vl")]
    public void A_checkpoint_of_another_family_has_its_weights(string family)
    {
        var path = GoldenFiles.At("backbones", family, "checkpoint");
        using var checkpoint = Checkpoint.Open(path);
        Assert.Empty(ModelConfig.Load(path).CheckWeights(checkpoint));
    }

    public static TheoryData<Func<LlamaConfig, LlamaConfig>, string, string> Others => new()
    {
        { text => text with { LayerCount = 5 }, EosErrors.MissingTensor, "language_model.model.layers.4.input_layernorm.weight" },
        { text => text with { VocabularySize = 321 }, EosErrors.TensorShape, "config.json asks for [321, 96]" },
    };

    [Theory]
    [MemberData(nameof(Others))]
    public void A_checkpoint_of_another_model_is_refused(Func<LlamaConfig, LlamaConfig> change, string code, string told)
    {
        using var checkpoint = Checkpoint.Open(GoldenFiles.TinyLlava);
        var config = ModelConfig.Load(GoldenFiles.TinyLlava);
        Expect.Error(code, () => (config with { Text = change(config.Text) }).CheckWeights(checkpoint), told);
    }

    private List<string> Notes()
    {
        folder.Write("config.json", """{"model_type": "llava"}""");
        var notes = new List<string>();
        ModelConfig.Load(folder.Path, notes);
        return notes;
    }
}
