namespace EosMLNet.Checkpoints;

/// <summary>
/// The weights of a LLaVA model that the configuration asks for, by their published names. Nothing of a model is made for it.
/// </summary>
public static class LlavaWeights
{
    private const string Tower = "vision_tower.vision_model.", Projector = "multi_modal_projector.", Decoder = "language_model.model.";

    /// <summary>Names and shapes.</summary>
    /// <param name="config">The checkpoint's configuration.</param>
    public static IReadOnlyDictionary<string, long[]> Of(LlavaConfig config)
    {
        var weights = new Dictionary<string, long[]>();
        AddTower(weights, config.Vision);
        long vision = config.Vision.HiddenSize, text = config.Text.HiddenSize;
        AddLinear(weights, Projector + "linear_1", text, vision, config.ProjectorBias);
        AddLinear(weights, Projector + "linear_2", text, text, config.ProjectorBias);
        AddDecoder(weights, config.Text);
        if (!config.TieWordEmbeddings)
            weights["language_model.lm_head.weight"] = [config.Text.VocabularySize, text];
        return weights;
    }

    /// <summary>Checks that a checkpoint has them all; none is read.</summary>
    /// <param name="config">The checkpoint's configuration.</param>
    /// <param name="checkpoint">Its weights.</param>
    /// <returns>A sentence where it has weights that no LLaVA model uses; mostly none.</returns>
    /// <exception cref="EosException">EOS1004: a weight does not hold floating-point numbers. EOS1005: one has another shape. EOS1006: one
    /// is not there.</exception>
    public static IReadOnlyList<string> Check(LlavaConfig config, Checkpoint checkpoint)
    {
        var weights = Of(config);
        foreach (var (name, shape) in weights)
            checkpoint.Locate(name, shape);
        return checkpoint.NoteUnused([.. weights.Keys]);
    }

    private static void AddTower(Dictionary<string, long[]> weights, ClipVisionConfig config)
    {
        long d = config.HiddenSize, f = config.IntermediateSize, side = config.ImageSize / config.PatchSize;
        weights[Tower + "embeddings.class_embedding"] = [d];
        weights[Tower + "embeddings.patch_embedding.weight"] = [d, config.ChannelCount, config.PatchSize, config.PatchSize];
        weights[Tower + "embeddings.position_embedding.weight"] = [side * side + 1, d];
        AddAffine(weights, Tower + "pre_layrnorm", d);
        for (var i = 0; i < config.LayerCount; i++)
        {
            var name = $"{Tower}encoder.layers.{i}.";
            AddAffine(weights, name + "layer_norm1", d);
            foreach (var projection in (string[])["q_proj", "k_proj", "v_proj", "out_proj"])
                AddLinear(weights, $"{name}self_attn.{projection}", d, d, bias: true);
            AddAffine(weights, name + "layer_norm2", d);
            AddLinear(weights, name + "mlp.fc1", f, d, bias: true);
            AddLinear(weights, name + "mlp.fc2", d, f, bias: true);
        }
    }

    private static void AddDecoder(Dictionary<string, long[]> weights, LlamaConfig config)
    {
        long d = config.HiddenSize, f = config.IntermediateSize;
        long q = config.HeadCount * config.HeadSize, kv = config.KeyValueHeadCount * config.HeadSize;
        weights[Decoder + "embed_tokens.weight"] = [config.VocabularySize, d];
        for (var i = 0; i < config.LayerCount; i++)
        {
            var name = $"{Decoder}layers.{i}.";
            weights[name + "input_layernorm.weight"] = [d];
            AddLinear(weights, name + "self_attn.q_proj", q, d, config.AttentionBias);
            AddLinear(weights, name + "self_attn.k_proj", kv, d, config.AttentionBias);
            AddLinear(weights, name + "self_attn.v_proj", kv, d, config.AttentionBias);
            AddLinear(weights, name + "self_attn.o_proj", d, q, config.AttentionBias);
            weights[name + "post_attention_layernorm.weight"] = [d];
            AddLinear(weights, name + "mlp.gate_proj", f, d, config.MlpBias);
            AddLinear(weights, name + "mlp.up_proj", f, d, config.MlpBias);
            AddLinear(weights, name + "mlp.down_proj", d, f, config.MlpBias);
        }
        weights[Decoder + "norm.weight"] = [d];
    }

    private static void AddAffine(Dictionary<string, long[]> weights, string name, long size) => Add(weights, name, [size], size);

    private static void AddLinear(Dictionary<string, long[]> weights, string name, long rows, long columns, bool bias) =>
        Add(weights, name, [rows, columns], bias ? rows : null);

    private static void Add(Dictionary<string, long[]> weights, string name, long[] shape, long? bias)
    {
        weights[name + ".weight"] = shape;
        if (bias is { } size)
            weights[name + ".bias"] = [size];
    }
}
