using System.Text.Json;

namespace EosMLNet.Checkpoints;

/// <summary>
/// The shape of a Llama decoder: the <c>text_config</c> of a LLaVA checkpoint. The defaults are transformers' <c>LlamaConfig</c>'s, those
/// of Llama 7B.
/// </summary>
public sealed record LlamaConfig
{
    /// <summary>Number of token ids.</summary><value>The default is 32000.</value>
    public int VocabularySize { get; init; } = 32000;
    /// <summary>Width of the hidden states.</summary><value>The default is 4096.</value>
    public int HiddenSize { get; init; } = 4096;
    /// <summary>Width of the gated MLP.</summary><value>The default is 11008.</value>
    public int IntermediateSize { get; init; } = 11008;
    /// <summary>Number of decoder layers.</summary><value>The default is 32.</value>
    public int LayerCount { get; init; } = 32;
    /// <summary>Number of query heads.</summary><value>The default is 32.</value>
    public int HeadCount { get; init; } = 32;
    /// <summary>Number of key and value heads; divides <see cref="HeadCount"/>.</summary>
    /// <value>The default is 32: no grouped-query attention.</value>
    public int KeyValueHeadCount { get; init; } = 32;
    /// <summary>Width of one head; even.</summary><value>The default is 128.</value>
    public int HeadSize { get; init; } = 128;
    /// <summary>Longest sequence in tokens.</summary><value>The default is 2048.</value>
    public int MaxPositions { get; init; } = 2048;
    /// <summary>Added to the mean square in RMS norms.</summary><value>The default is 1e-6.</value>
    public double RmsNormEps { get; init; } = 1e-6;
    /// <summary>Base of the rotary position embedding's wavelengths.</summary><value>The default is 10000.</value>
    public double RopeTheta { get; init; } = 10000;
    /// <summary>Whether the attention's four projections have biases.</summary><value>The default is false.</value>
    public bool AttentionBias { get; init; }
    /// <summary>Whether the MLP's three projections have biases.</summary><value>The default is false.</value>
    public bool MlpBias { get; init; }
    /// <summary>The MLP's activation: <c>silu</c>, <c>gelu</c>, <c>gelu_pytorch_tanh</c>, <c>quick_gelu</c> or <c>relu</c>.</summary>
    /// <value>The default is silu.</value>
    public string Activation { get; init; } = "silu";

    /// <summary>Reads a <c>text_config</c>; what it omits has transformers' <c>LlamaConfig</c> defaults.</summary>
    internal static LlamaConfig From(JsonSection json)
    {
        json.RequireModelType("llama", optional: true);
        RequirePlainLayers(json);
        var hidden = json.Size("hidden_size", 4096);
        var heads = json.Size("num_attention_heads", 32);
        if (json.Find("head_dim") is null)
            json.RequireMultiple("hidden_size", hidden, "num_attention_heads", heads);
        var config = new LlamaConfig
        {
            VocabularySize = json.Size("vocab_size", 32000),
            HiddenSize = hidden,
            IntermediateSize = json.Size("intermediate_size", 11008),
            LayerCount = json.Size("num_hidden_layers", 32),
            HeadCount = heads,
            KeyValueHeadCount = json.Size("num_key_value_heads", heads),
            HeadSize = json.Size("head_dim", hidden / heads),
            MaxPositions = json.Size("max_position_embeddings", 2048),
            RmsNormEps = json.Epsilon("rms_norm_eps", 1e-6),
            RopeTheta = ReadRopeTheta(json),
            AttentionBias = json.Flag("attention_bias", false),
            MlpBias = json.Flag("mlp_bias", false),
            Activation = json.Activation("hidden_act", "silu"),
        };
        json.RequireMultiple("num_attention_heads", config.HeadCount, "num_key_value_heads", config.KeyValueHeadCount);
        if (config.HeadSize % 2 != 0)
            throw json.Unsupported("head_dim", config.HeadSize, "an even number (rotary embeddings turn pairs)");
        return config;
    }

    // Older files have rope_theta and rope_scaling side by side, newer ones rope_parameters with both inside; some have both inside
    // rope_scaling.
    private static double ReadRopeTheta(JsonSection json)
    {
        var (scaling, parameters) = (json.Section("rope_scaling"), json.Section("rope_parameters"));
        RequirePlainRope(scaling);
        RequirePlainRope(parameters);
        double Newest(string name, double fallback) => parameters.Number(name, scaling.Number(name, json.Number(name, fallback)));
        var factor = Newest("partial_rotary_factor", 1);
        if (factor != 1)
            throw json.Unsupported("partial_rotary_factor", factor, "1 (all of each head is rotated)");
        var theta = Newest("rope_theta", 10000);
        return theta > 0 ? theta : throw json.Unsupported("rope_theta", theta, "a positive number");
    }

    private static void RequirePlainRope(JsonSection rope)
    {
        const string plain = "null or 'default': scaled rotary embeddings are not supported";
        var type = rope.Text("rope_type") ?? rope.Text("type");
        if ((type ?? "default") != "default")
            throw rope.Unsupported("rope_type", type, plain);
        if (type is null && rope.Number("factor", 1) is not 1 and var factor)
            throw rope.Unsupported("factor", factor, $"no factor, or a rope_type that is {plain}");
        if (rope.Find("mrope_section") is { } section)
            throw rope.Unsupported("mrope_section", section.GetRawText(), "none: positions of one dimension");
    }

    // Fields that change the decoder's numbers in classes related to Llama's, and what they are where nothing changes.
    private static void RequirePlainLayers(JsonSection json)
    {
        foreach (var name in (string[])["use_qk_norm", "qk_norm", "use_sliding_window", "use_parallel_residual", "qkv_bias", "clip_qkv"])
        {
            if (json.Find(name) is { ValueKind: not JsonValueKind.False } value)
                throw json.Unsupported(name, value.GetRawText(), "false or left out: Llama's layers have none");
        }
        if (json.Find("layer_types") is { ValueKind: JsonValueKind.Array } types
            && types.EnumerateArray().FirstOrDefault(type => type.ToString() != "full_attention") is { ValueKind: not JsonValueKind.Undefined } other)
            throw json.Unsupported("layer_types", other.GetRawText(), "\"full_attention\" in each layer");
        foreach (var name in (string[])["attn_logit_softcapping", "final_logit_softcapping"])
        {
            if (json.Find(name) is { } cap)
                throw json.Unsupported(name, cap.GetRawText(), "null: logits are not capped");
        }
        foreach (var name in (string[])["embedding_multiplier", "residual_multiplier", "logits_scaling", "logit_scale"])
        {
            if (json.Number(name, 1) is not 1 and var factor)
                throw json.Unsupported(name, factor, "1 or left out");
        }
    }
}
