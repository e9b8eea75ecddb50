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

    /// <summary>Whether a [CLS] token stands in front of the patches, as CLIP has one.</summary><value>The default is true.</value>
    public bool HasClassToken { get; init; } = true;
    /// <summary>Whether the tokens are normalised in front of the first layer, as in CLIP.</summary><value>The default is true.</value>
    public bool HasPreNorm { get; init; } = true;
    /// <summary>Whether the patch embedding has a bias, as SigLIP's has.</summary><value>The default is false.</value>
    public bool HasPatchBias { get; init; }

    /// <summary>Patches along one side of the image.</summary>
    public int GridSize => ImageSize / PatchSize;

    /// <summary>The tower's weights, in the order of the layers.</summary>
    /// <param name="root">What their names begin with.</param>
    internal IEnumerable<WeightShape> Weights(string root)
    {
        long d = HiddenSize, f = IntermediateSize;
        if (HasClassToken)
            yield return new(root + "embeddings.class_embedding", d);
        foreach (var weight in WeightShape.Linear(root + "embeddings.patch_embedding", HasPatchBias, d, ChannelCount, PatchSize, PatchSize))
            yield return weight;
        yield return new(root + "embeddings.position_embedding.weight", GridSize * GridSize + (HasClassToken ? 1 : 0), d);
        foreach (var weight in HasPreNorm ? WeightShape.WithBias(root + "pre_layrnorm", d) : [])
            yield return weight;
        for (var i = 0; i < LayerCount; i++)
        {
            var name = $"{root}encoder.layers.{i}.";
            foreach (var weight in (IEnumerable<WeightShape>)
            [
                .. WeightShape.WithBias(name + "layer_norm1", d), .. WeightShape.WithBias(name + "self_attn.q_proj", d, d),
                .. WeightShape.WithBias(name + "self_attn.k_proj", d, d), .. WeightShape.WithBias(name + "self_attn.v_proj", d, d),
                .. WeightShape.WithBias(name + "self_attn.out_proj", d, d), .. WeightShape.WithBias(name + "layer_norm2", d),
                .. WeightShape.WithBias(name + "mlp.fc1", f, d), .. WeightShape.WithBias(name + "mlp.fc2", d, f),
            ])
                yield return weight;
        }
    }

    /// <summary>
    /// Reads a <c>vision_config</c>; what it omits has transformers' <c>CLIPVisionConfig</c> defaults, which are those of CLIP ViT-B/32,
    /// or <c>SiglipVisionConfig</c>'s.
    /// </summary>
    internal static ClipVisionConfig From(JsonSection json)
    {
        var siglip = json.Text("model_type") switch
        {
            null or "clip_vision_model" => false,
            "siglip_vision_model" => true,
            var other => throw json.Unsupported("model_type", $"'{other}'", "'clip_vision_model' or 'siglip_vision_model'"),
        };
        var config = new ClipVisionConfig
        {
            HiddenSize = json.Size("hidden_size", 768),
            IntermediateSize = json.Size("intermediate_size", 3072),
            LayerCount = json.Layers("num_hidden_layers", 12),
            HeadCount = json.Size("num_attention_heads", 12),
            ChannelCount = json.Size("num_channels", 3),
            ImageSize = json.Size("image_size", 224),
            PatchSize = json.Size("patch_size", siglip ? 16 : 32),
            Activation = json.Activation("hidden_act", siglip ? "gelu_pytorch_tanh" : "quick_gelu"),
            LayerNormEps = json.Epsilon("layer_norm_eps", siglip ? 1e-6 : 1e-5),
            HasClassToken = !siglip,
            HasPreNorm = !siglip,
            HasPatchBias = siglip,
        };
        if (config.ChannelCount != 3)
            throw json.Unsupported("num_channels", config.ChannelCount, "3 (images are RGB)");
        json.RequireMultiple("hidden_size", config.HiddenSize, "num_attention_heads", config.HeadCount);
        json.RequireMultiple("image_size", config.ImageSize, "patch_size", config.PatchSize);
        return config;
    }
}
