using EosMLNet.Onnx.Graphs;

namespace EosMLNet.Onnx.Models;

/// <summary>
/// The Llama decoder, and the decoders of its kind, as nodes. States of B rows of T tokens stand one behind the other, (B · T, d).
/// </summary>
/// <param name="layers">The layers' weights.</param>
/// <param name="config">Shape of the decoder.</param>
/// <param name="tiedHead">Whether the output head is the embedding table.</param>
internal sealed class DecoderLayers(Layers layers, LlamaConfig config, bool tiedHead)
{
    private const string Root = "language_model.model.";

    /// <summary>Shape of the decoder.</summary>
    internal LlamaConfig Config => config;

    /// <summary>Looks up token embeddings: (…) int64 to (…, d).</summary>
    internal Value Embed(Value ids) => layers.Weights[Root + "embed_tokens.weight"].Gather(ids);

    /// <summary>Runs one layer.</summary>
    /// <param name="index">The layer.</param>
    /// <param name="states">What enters it, (B · T, d), less what is to be added.</param>
    /// <param name="added">What is to be added to that, (B · T, d); null for nothing.</param>
    /// <param name="tokens">The tokens' places.</param>
    /// <param name="past">Keys and values of earlier tokens, (B, G, P, hs) each: room for P of them.</param>
    /// <param name="wanted">The rows of states that are wanted, (N); null for all.</param>
    /// <returns>What has entered it; what leaves it, in two parts that are to be added; and the keys and values of all tokens, (B, G, P,
    /// hs).</returns>
    internal (Value Entered, Value States, Value Added, Value Keys, Value Values) Run(
        int index, Value states, Value? added, TokenPlaces tokens, (Value Keys, Value Values) past, Value? wanted)
    {
        var name = Name(index);
        var (normalised, entered) = added is null ? (layers.RmsNorm(states, name + "input_layernorm", config.RmsNormEps), states)
            : layers.AddAndRmsNorm(states, added, name + "input_layernorm", config.RmsNormEps);
        var heads = layers.Linears(normalised, name + "self_attn.q_proj", name + "self_attn.k_proj", name + "self_attn.v_proj");
        var queries = Turned(Normed(heads[0], name + "self_attn.q_norm"), config.HeadCount, tokens.ByRow, tokens.Cos, tokens.Sin);
        var keys = Turned(Normed(heads[1], name + "self_attn.k_norm"), config.KeyValueHeadCount, tokens.ByRow, tokens.Cos, tokens.Sin);
        var values = heads[2].Reshape(tokens.ByRow);                                                  // (B, T, G · hs)
        var outputs = states.Graph.Node(Graph.RuntimeDomain + ":GroupQueryAttention", [states.Type, states.Type, states.Type],
            [queries, keys, values, past.Keys, past.Values, tokens.LastOfRow, tokens.Total, null, null, null, tokens.Bias],
            ("num_heads", config.HeadCount), ("kv_num_heads", config.KeyValueHeadCount));
        var attended = outputs[0].Reshape(-1, config.HeadCount * config.HeadSize);                   // (B · T, H · hs)
        var (rows, entering) = wanted is null ? (attended, entered) : (attended.Gather(wanted), entered.Gather(wanted));
        var (second, hidden) = layers.AddAndRmsNorm(
            entering, layers.Linear(rows, name + "self_attn.o_proj"), name + "post_attention_layernorm", config.RmsNormEps);
        var inner = layers.Linears(second, name + "mlp.gate_proj", name + "mlp.up_proj");
        var gated = layers.Activation(inner[0], config.Activation) * inner[1];
        return (entered, hidden, layers.Linear(gated, name + "mlp.down_proj"), outputs[1], outputs[2]);
    }

    /// <summary>The attention of some tokens at one layer, after the softmax.</summary>
    /// <param name="index">The layer.</param>
    /// <param name="rows">What enters it of these tokens, (B · q, d).</param>
    /// <param name="byRow">The sizes (B, q, -1).</param>
    /// <param name="cos">Cosines of their positions, (B, q, hs / 2).</param>
    /// <param name="sin">Sines.</param>
    /// <param name="keys">The keys of all tokens after rotation, (B, G, T, hs).</param>
    /// <param name="bias">What is added to the logits, (B, 1, q, T).</param>
    /// <returns>(B, H, q, T).</returns>
    internal Value Attention(int index, Value rows, Value byRow, Value cos, Value sin, Value keys, Value bias)
    {
        var normalised = layers.RmsNorm(rows, Name(index) + "input_layernorm", config.RmsNormEps);
        var heads = layers.Linear(normalised, Name(index) + "self_attn.q_proj");
        var queries = Turned(Normed(heads, Name(index) + "self_attn.q_norm"), config.HeadCount, byRow, cos, sin);
        var grouped = queries.Reshape(0, 0, config.HeadCount, config.HeadSize).Transpose(0, 2, 1, 3)  // (B, H, q, hs)
            .Reshape(0, config.KeyValueHeadCount, -1, config.HeadSize);                               // (B, G, H / G · q, hs)
        var logits = grouped.MatMul(keys.Transpose(0, 1, 3, 2)) / Math.Sqrt(config.HeadSize);         // (B, G, H / G · q, T)
        var shape = Value.Concat(0, rows.Graph.Integers(0, config.HeadCount, -1), keys.Size(2));
        return (logits.Reshape(shape) + bias).Softmax();
    }

    /// <summary>The keys that a layer makes of states, after rotation: (B · T, d) to (B, G, T, hs).</summary>
    internal Value TurnedKeys(int index, Value states, Value byRow, Value cos, Value sin)
    {
        var keys = Turned(Keys(index, states), config.KeyValueHeadCount, byRow, cos, sin);
        return keys.Reshape(0, 0, config.KeyValueHeadCount, config.HeadSize).Transpose(0, 2, 1, 3);
    }

    /// <summary>The same before rotation: (N, d) to (N, G · hs).</summary>
    internal Value Keys(int index, Value states) =>
        Normed(layers.Linear(layers.RmsNorm(states, Name(index) + "input_layernorm", config.RmsNormEps), Name(index) + "self_attn.k_proj"),
            Name(index) + "self_attn.k_norm");

    /// <summary>The final normalisation.</summary>
    internal Value FinalNorm(Value states) => layers.RmsNorm(states, Root + "norm", config.RmsNormEps);

    /// <summary>Final normalisation and head: (N, d) to (N, vocabulary).</summary>
    internal Value Logits(Value states) => tiedHead ? layers.Product(FinalNorm(states), layers.Weights[Root + "embed_tokens.weight"])
        : layers.Linear(FinalNorm(states), "language_model.lm_head");

    private static string Name(int index) => $"{Root}layers.{index}.";

    // Queries or keys before rotation, of each head normalised by itself where the model has it, (N, heads · hs).
    private Value Normed(Value heads, string name)
    {
        if (!config.QueryKeyNorm)
            return heads;
        var width = heads.Size(1);
        return layers.RmsNorm(heads.Reshape(0, -1, config.HeadSize), name, config.RmsNormEps)
            .Reshape(Value.Concat(0, heads.Graph.Integers(-1), width));
    }

    // (B · T, heads · hs) to (B, T, heads · hs)
    private static Value Turned(Value x, int heads, Value byRow, Value cos, Value sin) => x.Graph.Node("RotaryEmbedding", x.Type,
        [x.Reshape(byRow), cos, sin], ("num_heads", heads));
}
