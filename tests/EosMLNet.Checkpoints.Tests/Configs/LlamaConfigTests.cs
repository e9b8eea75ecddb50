namespace EosMLNet.Tests.Configs;

public sealed class LlamaConfigTests : IDisposable
{
    private const string OneDimension = "none: positions of one dimension";
    private const string None = "false or left out: layers of this model have none";
    private const string Plain = "null or 'default': scaled rotary embeddings are not supported";
    private const string Whole = "1 (all of each head is rotated)";
    private readonly ConfigFolder folder = new();

    // Two layers of 6, with three heads of 4 that share one of keys and values.
    private static readonly LlamaConfig Small = new()
    {
        VocabularySize = 20, HiddenSize = 6, IntermediateSize = 10, LayerCount = 2, HeadCount = 3, KeyValueHeadCount = 1, HeadSize = 4,
    };

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_weights_are_those_of_the_layers_between_the_embeddings_and_a_norm() => Assert.Equal(
        [
            "m.embed_tokens.weight 20x6",
            .. new[] { 0, 1 }.SelectMany(i => new[]
            {
                "input_layernorm.weight 6", "self_attn.q_proj.weight 12x6 linear", "self_attn.k_proj.weight 4x6 linear",
                "self_attn.v_proj.weight 4x6 linear", "self_attn.o_proj.weight 6x12 linear", "post_attention_layernorm.weight 6",
                "mlp.gate_proj.weight 10x6 linear", "mlp.up_proj.weight 10x6 linear", "mlp.down_proj.weight 6x10 linear",
            }.Select(weight => $"m.layers.{i}.{weight}")),
            "m.norm.weight 6",
        ],
        WeightLines.Of(Small.Weights("m.")));

    public static TheoryData<LlamaConfig, string[]> Extras => new()
    {
        { Small with { AttentionBias = true }, ["self_attn.q_proj.bias 12", "self_attn.k_proj.bias 4", "self_attn.v_proj.bias 4"] },
        { Small with { OutputBias = true }, ["self_attn.o_proj.bias 6"] },
        { Small with { QueryKeyNorm = true }, ["self_attn.q_norm.weight 4", "self_attn.k_norm.weight 4"] },
        { Small with { MlpBias = true }, ["mlp.gate_proj.bias 10", "mlp.up_proj.bias 10", "mlp.down_proj.bias 6"] },
    };

    [Theory]
    [MemberData(nameof(Extras))]
    public void A_layer_s_biases_and_norms_are_weights_where_it_has_them(LlamaConfig config, string[] extras) => Assert.Equal(
        new[] { 0, 1 }.SelectMany(i => extras.Select(extra => $"m.layers.{i}.{extra}")),
        WeightLines.Of(config.Weights("m.")).Except(WeightLines.Of(Small.Weights("m."))));

    // More than an int holds; a checkpoint of such a config.json is told that its shapes are others.
    [Fact]
    public void Shapes_are_exact_at_any_size_that_is_read()
    {
        var config = LlamaConfig.From(folder.Read("""{"num_attention_heads": 65536, "num_key_value_heads": 65536, "head_dim": 65536}"""));
        var shapes = WeightLines.Of(config.Weights("")).ToArray();
        Assert.Contains("layers.0.self_attn.q_proj.weight 4294967296x4096 linear", shapes);
        Assert.Contains("layers.0.self_attn.k_proj.weight 4294967296x4096 linear", shapes);
    }

    public static TheoryData<string, LlamaConfig> Published => new()
    {
        { "llama", new() },
        { "mistral", new() { IntermediateSize = 14336, KeyValueHeadCount = 8, MaxPositions = 131072 } },
        { "qwen2", new() { VocabularySize = 151936, IntermediateSize = 22016, MaxPositions = 32768, AttentionBias = true } },
    };

    [Theory]
    [MemberData(nameof(Published))]
    public void Omitted_values_are_those_of_transformers_class_for_the_model_type(string type, LlamaConfig expected)
    {
        Assert.Equal(expected, LlamaConfig.From(folder.Read($$"""{"model_type": "{{type}}", "sliding_window": null}""")));
        Assert.Equal(expected, LlamaConfig.From(folder.Read("""{"sliding_window": null}"""), type));
    }

    [Fact]
    public void The_file_s_model_type_wins_over_the_family_s() =>
        Assert.Equal(new LlamaConfig(), LlamaConfig.From(folder.Read("""{"model_type": "llama"}"""), "qwen2"));

    [Theory]
    [InlineData("llama", 16)]
    [InlineData("qwen2", 16)]
    [InlineData("mistral", 8)]
    public void Omitted_key_and_value_heads_are_the_query_heads_but_for_Mistral(string type, int expected) => Assert.Equal(
        expected, LlamaConfig.From(folder.Read("""{"num_attention_heads": 16, "sliding_window": null}"""), type).KeyValueHeadCount);

    [Theory]
    [InlineData("llama")]
    [InlineData("mistral")]
    public void Key_and_value_heads_that_are_null_are_the_query_heads(string type) => Assert.Equal(16, LlamaConfig.From(
        folder.Read("""{"num_attention_heads": 16, "num_key_value_heads": null, "sliding_window": null}"""), type).KeyValueHeadCount);

    [Theory]
    [InlineData("""{"hidden_size": 100, "num_attention_heads": 3, "head_dim": 34}""", null, 34)]
    [InlineData("""{"hidden_size": 100, "num_attention_heads": 3}""", 32, 32)]
    [InlineData("""{"hidden_size": 100, "num_attention_heads": 3, "head_dim": 34}""", 32, 34)]
    [InlineData("""{"hidden_size": 96, "num_attention_heads": 3}""", null, 32)]
    public void A_head_s_width_is_the_file_s_then_the_family_s_then_a_share_of_the_width(string json, int? family, int expected) =>
        Assert.Equal(expected, LlamaConfig.From(folder.Read(json), new LlamaConfig(), headSize: family).HeadSize);

    [Theory]
    [InlineData("mistral", """{"max_position_embeddings": 4096, "sliding_window": 4096}""")]
    [InlineData("mistral", """{"max_position_embeddings": 4096, "sliding_window": 5000}""")]
    [InlineData("mistral", """{"sliding_window": null}""")]
    [InlineData("mistral", """{"max_position_embeddings": 4096}""")]
    [InlineData("llama", "{}")]
    [InlineData("llama", """{"max_position_embeddings": 4096, "sliding_window": 100}""")]
    [InlineData("qwen2", """{"max_position_embeddings": 4096, "sliding_window": 100}""")]
    public void A_window_that_no_sequence_leaves_or_that_is_off_changes_nothing(string type, string json) =>
        Assert.NotNull(LlamaConfig.From(folder.Read(json), type));

    // transformers writes no field whose value is the default of its class.
    [Theory]
    [InlineData("""{"max_position_embeddings": 4096, "sliding_window": 4095}""", "4095")]
    [InlineData("""{"max_position_embeddings": 4097}""", "missing, which means 4096")]
    [InlineData("{}", "missing, which means 4096")]
    public void Mistral_s_window_is_refused_where_a_sequence_leaves_it(string config, string found) => Assert.Equal(
        $"EOS1009: 'sliding_window' of 'config.json' is {found}, expected null: each token sees all tokens before it.",
        folder.Refusal(config, json => LlamaConfig.From(json, "mistral")));

    [Theory]
    [InlineData("""{"model_type": "gemma"}""", "model_type", "'gemma'", "'llama', 'mistral' or 'qwen2'")]
    [InlineData("""{"num_attention_heads": 7}""", "hidden_size", "4096", "a multiple of num_attention_heads, which is 7")]
    [InlineData("""{"num_key_value_heads": 5}""", "num_attention_heads", "32", "a multiple of num_key_value_heads, which is 5")]
    [InlineData("""{"head_dim": 15}""", "head_dim", "15", "an even number (rotary embeddings turn pairs)")]
    [InlineData("""{"hidden_size": 0}""", "hidden_size", "0", "1 to 16777216")]
    [InlineData("""{"num_hidden_layers": 1025}""", "num_hidden_layers", "1025", "1 to 1024")] // names of weights without end
    [InlineData("""{"hidden_act": "relu6"}""", "hidden_act", "'relu6'", "one of quick_gelu, gelu, gelu_pytorch_tanh, silu, relu")]
    [InlineData("""{"rms_norm_eps": -1}""", "rms_norm_eps", "-1", "0 or a small positive number")]
    [InlineData("""{"partial_rotary_factor": 0.5}""", "partial_rotary_factor", "0.5", Whole)]
    [InlineData("""{"rope_parameters": {"partial_rotary_factor": 0.25}}""", "partial_rotary_factor", "0.25", Whole)]
    [InlineData("""{"rope_scaling": {"partial_rotary_factor": 0.25}}""", "partial_rotary_factor", "0.25", Whole)]
    [InlineData("""{"rope_theta": 0}""", "rope_theta", "0", "a positive number")]
    [InlineData("""{"rope_scaling": {"type": "linear"}}""", "rope_scaling.type", "linear", Plain)]
    [InlineData("""{"rope_scaling": {"type": "mrope"}}""", "rope_scaling.type", "mrope", Plain)]
    [InlineData("""{"rope_parameters": {"rope_type": "llama3"}}""", "rope_parameters.rope_type", "llama3", Plain)]
    [InlineData("""{"rope_scaling": {"factor": 2}}""", "rope_scaling.factor", "2", "no factor, or a rope_type that is " + Plain)]
    [InlineData("""{"rope_scaling": {"mrope_section": [16, 24]}}""", "rope_scaling.mrope_section", "[16, 24]", OneDimension)]
    [InlineData("""{"use_qk_norm": true}""", "use_qk_norm", "true", None)]
    [InlineData("""{"qk_norm": true}""", "qk_norm", "true", None)]
    [InlineData("""{"use_sliding_window": true}""", "use_sliding_window", "true", None)]
    [InlineData("""{"use_parallel_residual": true}""", "use_parallel_residual", "true", None)]
    [InlineData("""{"qkv_bias": true}""", "qkv_bias", "true", None)]
    [InlineData("""{"clip_qkv": 8.0}""", "clip_qkv", "8.0", None)]
    [InlineData("""{"layer_types": ["full_attention", 3]}""", "layer_types", "3", "\"full_attention\" in each layer")]
    [InlineData("""{"attn_logit_softcapping": 50}""", "attn_logit_softcapping", "50", "null: logits are not capped")]
    [InlineData("""{"final_logit_softcapping": 30}""", "final_logit_softcapping", "30", "null: logits are not capped")]
    [InlineData("""{"embedding_multiplier": 12}""", "embedding_multiplier", "12", "1 or left out")]
    [InlineData("""{"residual_multiplier": 12}""", "residual_multiplier", "12", "1 or left out")]
    [InlineData("""{"logits_scaling": 12}""", "logits_scaling", "12", "1 or left out")]
    [InlineData("""{"logit_scale": 0.5}""", "logit_scale", "0.5", "1 or left out")]
    public void A_decoder_that_is_not_plain_is_refused(string config, string field, string found, string expected) => Assert.Equal(
        $"EOS1009: '{field}' of 'config.json' is {found}, expected {expected}.",
        folder.Refusal(config, json => LlamaConfig.From(json)));

    [Theory]
    [InlineData("use_qk_norm", "false")]
    [InlineData("clip_qkv", "null")]
    [InlineData("final_logit_softcapping", "null")]
    [InlineData("logit_scale", "1.0")]
    [InlineData("layer_types", """["full_attention", "full_attention"]""")]
    [InlineData("rope_scaling", """{"type": "linear", "rope_type": "default"}""")] // the newer name holds
    [InlineData("rope_scaling", """{"factor": 1}""")]
    public void A_field_that_says_that_it_is_plain_is_fine(string field, string value) =>
        Assert.Equal(new LlamaConfig(), LlamaConfig.From(folder.Read($$"""{"{{field}}": {{value}}}""")));

    // A head of 16 has 8 frequencies.
    [Theory]
    [InlineData("""{"rope_scaling": {"type": "mrope", "mrope_section": [2, 3, 3]}}""", "2 3 3")]
    [InlineData("""{"rope_scaling": {"rope_type": "default", "mrope_section": [6, 1, 1]}}""", "6 1 1")]
    [InlineData("""{"rope_scaling": {"mrope_section": [2, 3, 3]}, "rope_parameters": {"rope_theta": 7}}""", "2 3 3")]
    [InlineData("""{"rope_scaling": {"mrope_section": [2, 3, 3]}, "rope_parameters": {"mrope_section": [4, 2, 2]}}""", "4 2 2")]
    public void Frequencies_by_time_row_and_column_are_read_from_either_section(string json, string expected) =>
        Assert.Equal(expected, string.Join(' ', Turning(folder.Read(json)).RopeAxes!));

    [Theory]
    [InlineData("[2, 3, 2]", "[2, 3, 2]")]
    [InlineData("[2, 3, 4]", "[2, 3, 4]")]
    [InlineData("[4, 4]", "[4, 4]")]
    [InlineData("[2, 2, 2, 2]", "[2, 2, 2, 2]")]
    [InlineData("[0, 4, 4]", "[0, 4, 4]")]
    [InlineData("[4, 0, 4]", "[4, 0, 4]")]
    [InlineData("[4, 4, 0]", "[4, 4, 0]")]
    [InlineData("[2147483647, 2147483647, 10]", "[2147483647, 2147483647, 10]")] // 8, in 32 bits
    [InlineData("8", "[8]")]
    [InlineData("null", "missing")]
    public void Other_frequencies_are_refused(string sections, string found) => Assert.Equal(
        $"EOS1009: 'rope_scaling.mrope_section' of 'config.json' is {found}, expected three numbers with the sum 8, half of a head's " +
        "width: frequencies that turn by time, row and column.",
        folder.Refusal($$"""{"rope_scaling": {"mrope_section": {{sections}} } }""", json => Turning(json)));

    [Fact]
    public void Frequencies_that_are_scaled_are_refused_where_a_position_is_several_numbers_too() => Assert.Equal(
        $"EOS1009: 'rope_scaling.type' of 'config.json' is yarn, expected {Plain}.",
        folder.Refusal("""{"rope_scaling": {"type": "yarn", "mrope_section": [2, 3, 3]}}""", json => Turning(json)));

    private static LlamaConfig Turning(JsonSection json) =>
        LlamaConfig.From(json, Small with { HeadCount = 1 }, headSize: 16, axes: sizes => sizes);
}
