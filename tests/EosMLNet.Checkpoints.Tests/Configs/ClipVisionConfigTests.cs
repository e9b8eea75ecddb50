namespace EosMLNet.Tests.Configs;

public sealed class ClipVisionConfigTests : IDisposable
{
    private readonly ConfigFolder folder = new();

    // Two layers of 6, and 2 x 2 patches of 4 pixels.
    private static readonly ClipVisionConfig Small = new()
    {
        HiddenSize = 6, IntermediateSize = 10, LayerCount = 2, HeadCount = 2, ImageSize = 8, PatchSize = 4,
    };

    public void Dispose() => folder.Dispose();

    [Fact]
    public void CLIPs_weights_begin_with_a_class_token_and_a_norm() => Assert.Equal(
        [
            "t.embeddings.class_embedding 6", "t.embeddings.patch_embedding.weight 6x3x4x4", "t.embeddings.position_embedding.weight 5x6",
            "t.pre_layrnorm.weight 6", "t.pre_layrnorm.bias 6", .. Layer(0), .. Layer(1),
        ],
        WeightLines.Of(Small.Weights("t.")));

    [Fact]
    public void SigLIPs_have_a_bias_of_patches_instead() => Assert.Equal(
        [
            "t.embeddings.patch_embedding.weight 6x3x4x4", "t.embeddings.patch_embedding.bias 6",
            "t.embeddings.position_embedding.weight 4x6", .. Layer(0), .. Layer(1),
        ],
        WeightLines.Of((Small with { HasClassToken = false, HasPreNorm = false, HasPatchBias = true }).Weights("t.")));

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"model_type": "clip_vision_model"}""")]
    public void Omitted_values_are_those_of_CLIPs_smallest_tower(string json) => Assert.Equal(
        new ClipVisionConfig
        {
            HiddenSize = 768, IntermediateSize = 3072, LayerCount = 12, HeadCount = 12, ImageSize = 224, PatchSize = 32,
            Activation = "quick_gelu", LayerNormEps = 1e-5,
        },
        ClipVisionConfig.From(folder.Read(json)));

    [Fact]
    public void Omitted_values_of_SigLIP_are_those_of_its_smallest_tower() => Assert.Equal(
        new ClipVisionConfig
        {
            HiddenSize = 768, IntermediateSize = 3072, LayerCount = 12, HeadCount = 12, ImageSize = 224, PatchSize = 16,
            Activation = "gelu_pytorch_tanh", LayerNormEps = 1e-6, HasClassToken = false, HasPreNorm = false, HasPatchBias = true,
        },
        ClipVisionConfig.From(folder.Read("""{"model_type": "siglip_vision_model"}""")));

    [Fact]
    public void Spelt_out_values_are_read() => Assert.Equal(
        Small with { Activation = "relu", LayerNormEps = 0.25 },
        ClipVisionConfig.From(folder.Read("""
            {"hidden_size": 6, "intermediate_size": 10, "num_hidden_layers": 2, "num_attention_heads": 2, "num_channels": 3,
             "image_size": 8, "patch_size": 4, "hidden_act": "relu", "layer_norm_eps": 0.25}
            """)));

    [Theory]
    [InlineData("""{"model_type": "dinov2"}""", "model_type", "'dinov2'", "'clip_vision_model' or 'siglip_vision_model'")]
    [InlineData("""{"num_channels": 1}""", "num_channels", "1", "3 (images are RGB)")]
    [InlineData("""{"num_attention_heads": 7}""", "hidden_size", "768", "a multiple of num_attention_heads, which is 7")]
    [InlineData("""{"image_size": 100}""", "image_size", "100", "a multiple of patch_size, which is 32")]
    [InlineData("""{"model_type": "siglip_vision_model", "image_size": 8}""", "image_size", "8", "a multiple of patch_size, which is 16")]
    [InlineData("""{"num_hidden_layers": 1025}""", "num_hidden_layers", "1025", "1 to 1024")]
    [InlineData("""{"hidden_act": "mish"}""", "hidden_act", "'mish'", "one of quick_gelu, gelu, gelu_pytorch_tanh, silu, relu")]
    [InlineData("""{"layer_norm_eps": 1}""", "layer_norm_eps", "1", "0 or a small positive number")]
    public void A_tower_that_cannot_be_is_refused(string config, string field, string found, string expected) => Assert.Equal(
        $"EOS1009: '{field}' of 'config.json' is {found}, expected {expected}.",
        folder.Refusal(config, json => ClipVisionConfig.From(json)));

    private static string[] Layer(int i) =>
        [
            .. new[]
            {
                "layer_norm1.weight 6", "layer_norm1.bias 6", "self_attn.q_proj.weight 6x6 linear", "self_attn.q_proj.bias 6",
                "self_attn.k_proj.weight 6x6 linear", "self_attn.k_proj.bias 6", "self_attn.v_proj.weight 6x6 linear",
                "self_attn.v_proj.bias 6", "self_attn.out_proj.weight 6x6 linear", "self_attn.out_proj.bias 6", "layer_norm2.weight 6",
                "layer_norm2.bias 6", "mlp.fc1.weight 10x6 linear", "mlp.fc1.bias 10", "mlp.fc2.weight 6x10 linear", "mlp.fc2.bias 6",
            }.Select(weight => $"t.encoder.layers.{i}.{weight}"),
        ];
}
