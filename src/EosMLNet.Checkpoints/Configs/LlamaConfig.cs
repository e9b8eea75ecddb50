using System.Text.Json;

namespace EosMLNet.Checkpoints;

/// <summary>
/// The shape of a Llama decoder: the <c>text_config</c> of a LLaVA checkpoint. The defaults are transformers' <c>LlamaConfig</c>'s, those
/// of Llama 7B.
/// </summary>
public sealed record LlamaConfig
{
    private const string Sections = "mrope_section";

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
    /// <summary>
    /// Which number of a token's position each frequency turns by, where a position has several: time, row and column in M-RoPE
    /// (arXiv:2409.12191, section 2.1). As many entries as half of <see cref="HeadSize"/>.
    /// </summary>
    /// <value>The default is <see langword="null"/>: a position is one number.</value>
    public IReadOnlyList<int>? RopeAxes { get; init; }
    /// <summary>Whether each head's queries and keys are normalised in front of the rotation.</summary><value>The default is false.</value>
    public bool QueryKeyNorm { get; init; }
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
        long d = HiddenSize, f = IntermediateSize, head = HeadSize, q = HeadCount * head, kv = KeyValueHeadCount * head;
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
                .. (QueryKeyNorm ? (string[])["q_norm", "k_norm"] : [])
                    .Select(norm => new WeightShape($"{name}self_attn.{norm}.weight", head)),
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
        var config = From(json, defaults, type == "mistral" ? defaults.KeyValueHeadCount : null);
        if (type == "mistral")
            RequireNoWindow(json, config.MaxPositions);
        return config;
    }

    /// <summary>Reads a decoder's fields, at the top of config.json or in its <c>text_config</c>.</summary>
    /// <param name="json">The section.</param>
    /// <param name="defaults">What holds for fields that are omitted, and for what no field tells.</param>
    /// <param name="keyValueHeads">Key and value heads where they are omitted; null for as many as query heads.</param>
    /// <param name="headSize">Width of one head where it is omitted; null for the width divided among the query heads.</param>
    /// <param name="axes">Makes <see cref="RopeAxes"/> of <c>mrope_section</c>: how many frequencies turn by each number of a position;
    /// null where a position is one number.</param>
    internal static LlamaConfig From(JsonSection json, LlamaConfig defaults, int? keyValueHeads = null, int? headSize = null,
        Func<int[], IReadOnlyList<int>>? axes = null)
    {
        RequirePlainLayers(json);
        var hidden = json.Size("hidden_size", defaults.HiddenSize);
        var heads = json.Size("num_attention_heads", defaults.HeadCount);
        if (json.Find("head_dim") is null && headSize is null)
            json.RequireMultiple("hidden_size", hidden, "num_attention_heads", heads);
        // A class's own number is for a field that is left out. Null is as many as query heads, as in transformers.
        var omitted = json.Names.Contains("num_key_value_heads") ? heads : keyValueHeads ?? heads;
        var config = defaults with
        {
            VocabularySize = json.Size("vocab_size", defaults.VocabularySize),
            HiddenSize = hidden,
            IntermediateSize = json.Size("intermediate_size", defaults.IntermediateSize),
            LayerCount = json.Layers("num_hidden_layers", defaults.LayerCount),
            HeadCount = heads,
            KeyValueHeadCount = json.Size("num_key_value_heads", omitted),
            HeadSize = json.Size("head_dim", headSize ?? hidden / heads),
            MaxPositions = json.Size("max_position_embeddings", defaults.MaxPositions),
            RmsNormEps = json.Epsilon("rms_norm_eps", defaults.RmsNormEps),
            AttentionBias = json.Flag("attention_bias", defaults.AttentionBias),
            OutputBias = json.Flag("attention_bias", false),
            MlpBias = json.Flag("mlp_bias", false),
            Activation = json.Activation("hidden_act", defaults.Activation),
        };
        json.RequireMultiple("num_attention_heads", config.HeadCount, "num_key_value_heads", config.KeyValueHeadCount);
        if (config.HeadSize % 2 != 0)
            throw json.Unsupported("head_dim", config.HeadSize, "an even number (rotary embeddings turn pairs)");
        var (theta, sections) = ReadRope(json, defaults.RopeTheta, config.HeadSize / 2, several: axes is not null);
        return config with { RopeTheta = theta, RopeAxes = sections is null ? null : axes!(sections) };
    }

    // Only null is no window: transformers' MistralConfig has one where the field is left out.
    private static void RequireNoWindow(JsonSection json, int positions)
    {
        const string Field = "sliding_window";
        const int Omitted = 4096;
        var isThere = json.Names.Contains(Field);
        var window = isThere ? json.Int(Field, positions) : Omitted;
        if (window < positions)
        {
            throw json.Unsupported(Field, isThere ? window : $"missing, which means {Omitted}",
                "null: each token sees all tokens before it");
        }
    }

    // Older files have rope_theta and rope_scaling side by side, newer ones rope_parameters with both inside; some have both inside
    // rope_scaling.
    private static (double Theta, int[]? Sections) ReadRope(JsonSection json, double fallback, int frequencies, bool several)
    {
        var (scaling, parameters) = (json.Section("rope_scaling"), json.Section("rope_parameters"));
        RequirePlainRope(scaling, several);
        RequirePlainRope(parameters, several);
        double Newest(string name, double fallback) => parameters.Number(name, scaling.Number(name, json.Number(name, fallback)));
        var factor = Newest("partial_rotary_factor", 1);
        if (factor != 1)
            throw json.Unsupported("partial_rotary_factor", factor, "1 (all of each head is rotated)");
        var theta = Newest("rope_theta", fallback);
        if (!(theta > 0))
            throw json.Unsupported("rope_theta", theta, "a positive number");
        if (!several)
            return (theta, null);
        var section = parameters.Find(Sections) is null ? scaling : parameters;
        var sizes = section.Ints(Sections);
        return sizes is [> 0, > 0, > 0] && sizes.Sum(size => (long)size) == frequencies ? (theta, sizes)
            : throw section.Unsupported(Sections, sizes is null ? null : $"[{string.Join(", ", sizes)}]",
                $"three numbers with the sum {frequencies}, half of a head's width: frequencies that turn by time, row and column");
    }

    private static void RequirePlainRope(JsonSection rope, bool several)
    {
        const string Plain = "null or 'default': scaled rotary embeddings are not supported";
        var name = rope.Find("rope_type") is null ? "type" : "rope_type";
        var type = rope.Text(name);
        if ((type ?? "default") != "default" && !(several && type == "mrope"))
            throw rope.Unsupported(name, type, Plain);
        if (type is null && rope.Number("factor", 1) is not 1 and var factor)
            throw rope.Unsupported("factor", factor, $"no factor, or a rope_type that is {Plain}");
        if (!several && rope.Find(Sections) is { } section)
            throw rope.Unsupported(Sections, section.GetRawText(), "none: positions of one dimension");
    }

    // Fields that change the decoder's numbers in classes related to Llama's, and what they are where nothing changes.
    private static void RequirePlainLayers(JsonSection json)
    {
        foreach (var name in (string[])["use_qk_norm", "qk_norm", "use_sliding_window", "use_parallel_residual", "qkv_bias", "clip_qkv"])
        {
            if (json.Find(name) is { ValueKind: not JsonValueKind.False } value)
                throw json.Unsupported(name, value.GetRawText(), "false or left out: layers of this model have none");
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
