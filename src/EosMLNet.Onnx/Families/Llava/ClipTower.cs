using EosMLNet.Onnx.Graphs;
using EosMLNet.Onnx.Models;
using EosMLNet.Onnx.Operator;

namespace EosMLNet.Onnx.Families.Llava;

/// <summary>
/// The vision transformer of the LLaVA models, CLIP's or SigLIP's: the hidden states of one layer, without the final normalisation.
/// </summary>
/// <param name="layers">The layers' weights.</param>
/// <param name="config">Shape of the tower.</param>
/// <param name="depth">How many layers are run.</param>
internal sealed class ClipTower(Layers layers, ClipVisionConfig config, int depth)
{
    private const string Root = "vision_tower.vision_model.";

    /// <summary>Runs the tower.</summary>
    /// <param name="pixels">Normalised pixels, (S, 3, H, W).</param>
    /// <param name="wantsClsAttention">Whether [CLS] attention is asked for.</param>
    /// <param name="sequence">What is left of the patches, where a plan's sites act on the way; null where none does.</param>
    /// <returns>The feature, (S · t, width), and the last layer's [CLS] attention to all tokens averaged over heads, (S, t); null where it
    /// is not asked for.</returns>
    internal (Value Feature, Value? ClsAttention) Run(Value pixels, bool wantsClsAttention, VisionTokens? sequence)
    {
        var hidden = Embed(pixels);                                                                 // (S, t, d)
        var shape = ShapeOf(hidden);
        hidden = hidden.Reshape(-1, config.HiddenSize);                                             // (S · t, d)
        if (config.HasPreNorm)
            hidden = layers.LayerNorm(hidden, Root + "pre_layrnorm", config.LayerNormEps);
        Value? attention = null;
        for (var i = 0; i < depth; i++)
        {
            var name = $"{Root}encoder.layers.{i}.";
            var normalised = layers.LayerNorm(hidden, name + "layer_norm1", config.LayerNormEps);
            var heads = layers.Linears(normalised, name + "self_attn.q_proj", name + "self_attn.k_proj", name + "self_attn.v_proj");
            var (queries, keys, values) = (heads[0].Reshape(shape), heads[1].Reshape(shape), heads[2].Reshape(shape)); // (S, t, d)
            if (sequence?.ActsIn(i) == true || i == depth - 1 && (wantsClsAttention || sequence is not null))
            {
                attention = config.HasClassToken ? ClsAttention(queries, keys, sequence?.Bias) : null;
                sequence?.Observe(keys, attention);
            }
            var attended = layers.Attention(queries, keys, values, config.HeadCount, sequence?.WideBias);
            hidden = layers.Linear(attended.Reshape(-1, config.HiddenSize), name + "self_attn.out_proj") + hidden;
            if (sequence?.ActsIn(i) == true)
            {
                var left = sequence.ReduceInBlock(i, hidden.Reshape(shape));                        // (S, k, d)
                (shape, hidden) = (ShapeOf(left), left.Reshape(-1, config.HiddenSize));
            }
            var inner = layers.Linear(layers.LayerNorm(hidden, name + "layer_norm2", config.LayerNormEps), name + "mlp.fc1");
            hidden = layers.Linear(layers.Activation(inner, config.Activation), name + "mlp.fc2") + hidden;
        }
        return (hidden.Reshape(shape), attention);
    }

    private Value Embed(Value pixels)                                                               // (S, t, d)
    {
        var graph = pixels.Graph;
        long[] stride = [config.PatchSize, config.PatchSize];
        const string Name = Root + "embeddings.patch_embedding";
        var patches = graph.Node("Conv", pixels.Type, [pixels, layers.Weights[Name + ".weight"], layers.Weights.Optional(Name + ".bias")],
            ("strides", stride), ("kernel_shape", stride));
        var tokens = patches.Reshape(0, config.HiddenSize, -1).Transpose(0, 2, 1);                  // (S, p, d)
        if (config.HasClassToken)
        {
            var shape = Value.Concat(0, pixels.Size(0), graph.Integers(1, config.HiddenSize));
            tokens = Value.Concat(1, layers.Weights[Root + "embeddings.class_embedding"].Reshape(1, 1, -1).Expand(shape), tokens);
        }
        return tokens + layers.Weights[Root + "embeddings.position_embedding.weight"];
    }

    // (S, t, d) twice to (S, t)
    private Value ClsAttention(Value queries, Value keys, Value? bias)
    {
        var size = config.HiddenSize / config.HeadCount;
        var query = queries.Slice(0, 1, 1).Reshape(0, config.HeadCount, size).Unsqueeze(2);         // (S, H, 1, hs)
        var turned = keys.Reshape(0, 0, config.HeadCount, size).Transpose(0, 2, 3, 1);              // (S, H, hs, t)
        var logits = query.MatMul(turned) / Math.Sqrt(size);                                        // (S, H, 1, t)
        if (bias is not null)
            logits += bias;
        return logits.Softmax().Mean(1).Squeeze(1);
    }

    private Value ShapeOf(Value hidden) => Value.Concat(0, hidden.Size(0), hidden.Size(1), hidden.Graph.Integers(config.HiddenSize));
}
