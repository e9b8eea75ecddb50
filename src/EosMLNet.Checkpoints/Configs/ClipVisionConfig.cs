namespace EosMLNet.Checkpoints;

/// <summary>
/// The shape of a CLIP vision tower: the <c>vision_config</c> of a LLaVA checkpoint. The defaults are LLaVA-1.5's: CLIP ViT-L/14 at 336
/// pixels.
/// </summary>
public sealed record ClipVisionConfig
{
    /// <summary>Width of the patch embeddings.</summary><value>The default is 1024.</value>
    public int HiddenSize { get; init; } = 1024;
    /// <summary>Width of the MLP.</summary><value>The default is 4096.</value>
    public int IntermediateSize { get; init; } = 4096;
    /// <summary>Number of encoder layers.</summary><value>The default is 24.</value>
    public int LayerCount { get; init; } = 24;
    /// <summary>Number of attention heads; divides <see cref="HiddenSize"/>.</summary><value>The default is 16.</value>
    public int HeadCount { get; init; } = 16;
    /// <summary>Colour channels of the image.</summary><value>The default is 3.</value>
    public int ChannelCount { get; init; } = 3;
    /// <summary>Side of the square image in pixels; a multiple of <see cref="PatchSize"/>.</summary><value>The default is 336.</value>
    public int ImageSize { get; init; } = 336;
    /// <summary>Side of a patch in pixels.</summary><value>The default is 14.</value>
    public int PatchSize { get; init; } = 14;
    /// <summary>The MLP's activation: <c>quick_gelu</c>, <c>gelu</c>, <c>gelu_pytorch_tanh</c>, <c>silu</c> or <c>relu</c>.</summary>
    /// <value>The default is quick_gelu.</value>
    public string Activation { get; init; } = "quick_gelu";
    /// <summary>Added to the variance in layer norms.</summary><value>The default is 1e-5.</value>
    public double LayerNormEps { get; init; } = 1e-5;

    /// <summary>Patches along one side of the image.</summary>
    public int GridSize => ImageSize / PatchSize;

    /// <summary>
    /// Reads a <c>vision_config</c>; what it omits has transformers' <c>CLIPVisionConfig</c> defaults, which are those of CLIP ViT-B/32.
    /// </summary>
    internal static ClipVisionConfig From(JsonSection json)
    {
        json.RequireModelType("clip_vision_model", optional: true);
        var config = new ClipVisionConfig
        {
            HiddenSize = json.Size("hidden_size", 768),
            IntermediateSize = json.Size("intermediate_size", 3072),
            LayerCount = json.Size("num_hidden_layers", 12),
            HeadCount = json.Size("num_attention_heads", 12),
            ChannelCount = json.Size("num_channels", 3),
            ImageSize = json.Size("image_size", 224),
            PatchSize = json.Size("patch_size", 32),
            Activation = json.Activation("hidden_act", "quick_gelu"),
            LayerNormEps = json.Epsilon("layer_norm_eps", 1e-5),
        };
        if (config.ChannelCount != 3)
            throw json.Unsupported("num_channels", config.ChannelCount, "3 (images are RGB)");
        json.RequireMultiple("hidden_size", config.HiddenSize, "num_attention_heads", config.HeadCount);
        json.RequireMultiple("image_size", config.ImageSize, "patch_size", config.PatchSize);
        return config;
    }
}
