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
    /// <summary>Whether the projections to queries, keys and values have biases.</summary><value>The default is false.</value>
    public bool AttentionBias { get; init; }
    /// <summary>Whether the attention's output projection has a bias.</summary><value>The default is false.</value>
    public bool OutputBias { get; init; }
    /// <summary>Whether the MLP's three projections have biases.</summary><value>The default is false.</value>
    public bool MlpBias { get; init; }
    /// <summary>The MLP's activation: <c>silu</c>, <c>gelu</c>, <c>gelu_pytorch_tanh</c>, <c>quick_gelu</c> or <c>relu</c>.</summary>
    /// <value>The default is silu.</value>
    public string Activation { get; init; } = "silu";

    /// <summary>The decoder's weights, in the order of the layers, without the output head.</summary>
    /// <param name="root">What their names begin with.</param>
    internal IEnumerable<WeightShape> Weights(string root)
    {
        long d = HiddenSize, f = IntermediateSize, q = HeadCount * HeadSize, kv = KeyValueHeadCount * HeadSize;
        yield return new(root + "embed_tokens.weight", VocabularySize, d);
        for (var i = 0; i < LayerCount; i++)
        {
            var name = $"{root}layers.{i}.";
            foreach (var weight in (IEnumerable<WeightShape>)
            [
                new(name + "input_layernorm.weight", d),
                .. WeightShape.Linear(name + "self_attn.q_proj", AttentionBias, q, d),
                .. WeightShape.Linear(name + "self_attn.k_proj", AttentionBias, kv, d),
                .. WeightShape.Linear(name + "self_attn.v_proj", AttentionBias, kv, d),
                .. WeightShape.Linear(name + "self_attn.o_proj", OutputBias, d, q),
                new(name + "post_attention_layernorm.weight", d),
                .. WeightShape.Linear(name + "mlp.gate_proj", MlpBias, f, d), .. WeightShape.Linear(name + "mlp.up_proj", MlpBias, f, d),
                .. WeightShape.Linear(name + "mlp.down_proj", MlpBias, d, f),
            ])
                yield return weight;
        }
        yield return new(root + "norm.weight", d);
    }

    /// <summary>
    /// Reads a <c>text_config</c>; what it omits has the defaults of transformers' configuration class for its <c>model_type</c>.
    /// </summary>
    /// <param name="json">The section.</param>
    /// <param name="type">The <c>model_type</c> where it is omitted: <c>llama</c>, <c>mistral</c> or <c>qwen2</c>.</param>
    internal static LlamaConfig From(JsonSection json, string type = "llama")
    {
        type = json.Text("model_type") ?? type;
        var defaults = type switch
        {
            "llama" => new LlamaConfig(),
            "mistral" => new LlamaConfig { IntermediateSize = 14336, KeyValueHeadCount = 8, MaxPositions = 131072 },
            // Qwen2's layers have these biases, though no field of the file says so.
            "qwen2" => new LlamaConfig { VocabularySize = 151936, IntermediateSize = 22016, MaxPositions = 32768, AttentionBias = true },
            _ => throw json.Unsupported("model_type", $"'{type}'", "'llama', 'mistral' or 'qwen2'"),
        };
        RequirePlainLayers(json, type);
        var hidden = json.Size("hidden_size", defaults.HiddenSize);
        var heads = json.Size("num_attention_heads", defaults.HeadCount);
        if (json.Find("head_dim") is null)
            json.RequireMultiple("hidden_size", hidden, "num_attention_heads", heads);
        var config = defaults with
        {
            VocabularySize = json.Size("vocab_size", defaults.VocabularySize),
            HiddenSize = hidden,
            IntermediateSize = json.Size("intermediate_size", defaults.IntermediateSize),
            LayerCount = json.Size("num_hidden_layers", defaults.LayerCount),
            HeadCount = heads,
            KeyValueHeadCount = json.Size("num_key_value_heads", type == "mistral" ? defaults.KeyValueHeadCount : heads),
            HeadSize = json.Size("head_dim", hidden / heads),
            MaxPositions = json.Size("max_position_embeddings", defaults.MaxPositions),
            RmsNormEps = json.Epsilon("rms_norm_eps", defaults.RmsNormEps),
            RopeTheta = ReadRopeTheta(json),
            AttentionBias = json.Flag("attention_bias", defaults.AttentionBias),
            OutputBias = json.Flag("attention_bias", false),
            MlpBias = json.Flag("mlp_bias", false),
            Activation = json.Activation("hidden_act", defaults.Activation),
        };
        json.RequireMultiple("num_attention_heads", config.HeadCount, "num_key_value_heads", config.KeyValueHeadCount);
        if (config.HeadSize % 2 != 0)
            throw json.Unsupported("head_dim", config.HeadSize, "an even number (rotary embeddings turn pairs)");
        if (type == "mistral" && json.Find("sliding_window") is { } && json.Int("sliding_window", 0) is var window
            && window < config.MaxPositions)
            throw json.Unsupported("sliding_window", window, "null: each token sees all tokens before it");
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
        const string Plain = "null or 'default': scaled rotary embeddings are not supported";
        var type = rope.Text("rope_type") ?? rope.Text("type");
        if ((type ?? "default") != "default")
            throw rope.Unsupported("rope_type", type, Plain);
        if (type is null && rope.Number("factor", 1) is not 1 and var factor)
            throw rope.Unsupported("factor", factor, $"no factor, or a rope_type that is {Plain}");
        if (rope.Find("mrope_section") is { } section)
            throw rope.Unsupported("mrope_section", section.GetRawText(), "none: positions of one dimension");
    }

    // Fields that change the decoder's numbers in classes related to Llama's, and what they are where nothing changes.
    private static void RequirePlainLayers(JsonSection json, string type)
    {
        foreach (var name in (string[])["use_qk_norm", "qk_norm", "use_sliding_window", "use_parallel_residual", "qkv_bias", "clip_qkv"])
        {
            if (json.Find(name) is { ValueKind: not JsonValueKind.False } value)
                throw json.Unsupported(name, value.GetRawText(), $"false or left out: the layers of {type} have none");
        }
        if (json.Find("layer_types") is { ValueKind: JsonValueKind.Array } types
            && types.EnumerateArray()
                .FirstOrDefault(type => type.ToString() != "full_attention") is { ValueKind: not JsonValueKind.Undefined } other)
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
