using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Models;

/// <summary>
/// The Llama decoder (arXiv:2302.13971): RMSNorm, rotary positions, grouped-query attention (arXiv:2305.13245), SwiGLU; and the decoders
/// of its kind, with biases or with normalised queries and keys.
/// Weight names are those of Hugging Face's <c>LlamaForCausalLM</c>.
/// </summary>
internal sealed class LlamaDecoder
{
    private readonly LlamaConfig config;
    private readonly Tensor embedding, finalNorm;
    private readonly Linear head;
    private readonly Layer[] layers;

    private sealed record Layer(
        Tensor InputNorm, Linear Query, Linear Key, Linear Value, Linear Output, Tensor PostNorm, Linear Gate, Linear Up, Linear Down,
        Tensor? QueryNorm, Tensor? KeyNorm);

    internal LlamaDecoder(LlamaConfig config, bool tiedHead, Func<string, Tensor> weight)
    {
        this.config = config;
        const string Root = "language_model.model.";
        embedding = weight(Root + "embed_tokens.weight");
        layers = new Layer[config.LayerCount];
        for (var i = 0; i < layers.Length; i++)
        {
            var name = $"{Root}layers.{i}.";
            layers[i] = new Layer(
                weight(name + "input_layernorm.weight"),
                Linear.Of(weight, name + "self_attn.q_proj", config.AttentionBias),
                Linear.Of(weight, name + "self_attn.k_proj", config.AttentionBias),
                Linear.Of(weight, name + "self_attn.v_proj", config.AttentionBias),
                Linear.Of(weight, name + "self_attn.o_proj", config.OutputBias),
                weight(name + "post_attention_layernorm.weight"),
                Linear.Of(weight, name + "mlp.gate_proj", config.MlpBias), Linear.Of(weight, name + "mlp.up_proj", config.MlpBias),
                Linear.Of(weight, name + "mlp.down_proj", config.MlpBias),
                config.QueryKeyNorm ? weight(name + "self_attn.q_norm.weight") : null,
                config.QueryKeyNorm ? weight(name + "self_attn.k_norm.weight") : null);
        }
        finalNorm = weight(Root + "norm.weight");
        head = tiedHead ? new DenseLinear(embedding, null) : Linear.Of(weight, "language_model.lm_head", bias: false);
    }

    internal ScalarType DataType => embedding.dtype;

    internal Device Device => embedding.device;

    internal Tensor Embed(Tensor ids)
    {
        using var scope = NewDisposeScope();
        var (rows, length, width) = (ids.shape[0], ids.shape[1], embedding.shape[1]); // no token at all may stand between two images
        return embedding.index_select(0, ids.flatten()).view(rows, length, width).MoveToOuterDisposeScope(); // (B, T, d)
    }

    internal Tensor RunLayer(int index, Tensor hidden, Rotary rotary, Tensor? bias, LayerCache? cache)
    {
        using var scope = NewDisposeScope();
        var layer = layers[index];
        var states = RowChunks.OfTokens([hidden, rotary.Cos, rotary.Sin], config.HiddenSize,
            x => Project(layer, x[0], new Rotary(x[1], x[2])));
        var (queries, keys, values) = (states[0], states[1], states[2]);
        if (cache is not null)
            (keys, values) = cache.Append(keys, values);                                                 // (B, G, T, hs)
        var attended = Attend(queries, keys, values, bias);                                              // (B, q, H · hs)
        return RowChunks.OfTokens([hidden, attended], config.IntermediateSize, x => [Feed(layer, x[0], x[1])])[0]
            .MoveToOuterDisposeScope();
    }

    // (B, H, q, hs), (B, G, q, hs) twice
    private Tensor[] Project(Layer layer, Tensor hidden, Rotary rotary)
    {
        LinearInput normalised = RmsNorm(hidden, layer.InputNorm);
        return
        [
            rotary.Apply(Heads(Normed(layer.Query.Apply(normalised), layer.QueryNorm), config.HeadCount)),
            rotary.Apply(Heads(Normed(layer.Key.Apply(normalised), layer.KeyNorm), config.KeyValueHeadCount)),
            Heads(layer.Value.Apply(normalised), config.KeyValueHeadCount),
        ];
    }

    // What comes behind attention, (B, q, d).
    private Tensor Feed(Layer layer, Tensor hidden, Tensor attended)
    {
        using var scope = NewDisposeScope();
        hidden = layer.Output.Apply(attended).AddInto(hidden);                                          // (B, q, d)
        LinearInput normalised = RmsNorm(hidden, layer.PostNorm);
        var gated = Activation.Apply(config.Activation, layer.Gate.Apply(normalised)).MulInto(layer.Up.Apply(normalised));  // (B, q, f)
        return layer.Down.Apply(gated).AddInto(hidden).MoveToOuterDisposeScope();
    }

    internal Tensor QueryAttention(int index, Tensor hidden, Rotary rotary, Tensor queryIndex, Tensor? bias, Tensor? keys)
    {
        using var scope = NewDisposeScope();
        var layer = layers[index];
        var rows = hidden.gather(1, queryIndex.unsqueeze(-1).expand(-1, -1, config.HiddenSize));          // (B, q, d)
        // (B, H, q, hs)
        var queries = rotary.Select(queryIndex)
            .Apply(Heads(Normed(layer.Query.Apply(RmsNorm(rows, layer.InputNorm)), layer.QueryNorm), config.HeadCount));
        keys ??= rotary.Apply(Heads(Keys(index, hidden), config.KeyValueHeadCount));                      // (B, G, T, hs)
        var grouped = queries.reshape(keys.shape[0], keys.shape[1], -1, config.HeadSize);                 // (B, G, H / G · q, hs)
        var logits = grouped.matmul(keys.transpose(-1, -2)).view(queries.shape[0], queries.shape[1], queries.shape[2], -1)
            .Mul(1 / Math.Sqrt(config.HeadSize));                                                       // (B, H, q, T)
        if (bias is not null)
            logits = logits.Add(bias);
        return logits.softmax(-1).MoveToOuterDisposeScope();
    }

    internal Tensor Keys(int index, Tensor hidden)
    {
        using var scope = NewDisposeScope();
        var layer = layers[index];
        return Normed(layer.Key.Apply(RmsNorm(hidden, layer.InputNorm)), layer.KeyNorm).MoveToOuterDisposeScope();
    }

    internal Tensor FinalNorm(Tensor hidden) => RmsNorm(hidden, finalNorm);

    internal Tensor Head(Tensor normalised) => head.Apply(normalised);

    // (B, H, q, hs), (B, G, T, hs) twice -> (B, q, H · hs)
    private Tensor Attend(Tensor queries, Tensor keys, Tensor values, Tensor? bias)
    {
        if (queries.shape[2] > 1)
        {
            Tensor[] inputs = bias is null ? [queries, keys, values]
                : [queries, keys, values, bias.expand(queries.shape[0], -1, -1, -1)];                    // (B, 1, q, T)
            return RowChunks.OfBatch(inputs, queries.shape[2] * config.HeadCount * config.HeadSize,
                x => [AttendMany(x[0], x[1], x[2], x.ElementAtOrDefault(3))])[0];
        }
        // One new token sees all others: the query heads of a group are as many queries of one head, and keys need no copies.
        var grouped = queries.reshape(queries.shape[0], config.KeyValueHeadCount, -1, config.HeadSize);   // (B, G, H / G, hs)
        return Attention.Apply(grouped, keys, values, bias).reshape(queries.shape[0], 1, -1);
    }

    private Tensor AttendMany(Tensor queries, Tensor keys, Tensor values, Tensor? bias)
    {
        var attended = Attention.Apply(queries, ExpandGroups(keys), ExpandGroups(values), bias, isCausal: bias is null);
        return attended.transpose(1, 2).flatten(2);
    }

    private Tensor Heads(Tensor x, int count) => x.view(x.shape[0], x.shape[1], count, config.HeadSize).transpose(1, 2);

    // Of each head by itself; (…, heads · hs).
    private Tensor Normed(Tensor heads, Tensor? norm) =>
        norm is null ? heads : RmsNorm(heads.view([.. heads.shape[..^1], -1, config.HeadSize]), norm).view_as(heads);

    // Each key-value head serves a run of consecutive query heads.
    private Tensor ExpandGroups(Tensor heads)
    {
        var repeats = config.HeadCount / config.KeyValueHeadCount;
        return repeats == 1 ? heads : heads.unsqueeze(2).expand(-1, -1, repeats, -1, -1).flatten(1, 2);
    }

    private Tensor RmsNorm(Tensor x, Tensor weight) => RmsNorm(x, weight, config.RmsNormEps);

    /// <summary>RMSNorm (arXiv:1910.07467) of the last dimension.</summary>
    /// <remarks>Computed in float32 at least, whatever the weights' type: half-precision squares overflow.</remarks>
    internal static Tensor RmsNorm(Tensor x, Tensor weight, double epsilon)
    {
        using var scope = NewDisposeScope();
        var precise = x.dtype == ScalarType.Float64 ? x : x.to(ScalarType.Float32);
        var scale = precise.mul(precise).mean([-1L], keepdim: true).Add(epsilon).rsqrt();
        return precise.mul(scale).to(x.dtype).MulInto(weight).MoveToOuterDisposeScope();
    }
}
