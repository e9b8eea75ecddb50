using EosMLNet.Execution;
using EosMLNet.Tensors;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace EosMLNet.Models;

/// <summary>
/// The CLIP vision transformer (arXiv:2103.00020) as LLaVA uses it: the hidden states of an inner layer, without the final normalisation.
/// Weight names are those of Hugging Face's <c>CLIPVisionModel</c>.
/// </summary>
internal sealed class ClipVisionTower
{
    private readonly ClipVisionConfig config;
    private readonly int depth;
    private readonly Tensor classEmbedding, patchEmbedding, positionEmbedding;
    private readonly (Tensor Weight, Tensor Bias) preNorm;
    private readonly Layer[] layers;

    private sealed record Layer(
        (Tensor Weight, Tensor Bias) Norm1, (Tensor Weight, Tensor Bias) Query, (Tensor Weight, Tensor Bias) Key,
        (Tensor Weight, Tensor Bias) Value, (Tensor Weight, Tensor Bias) Output, (Tensor Weight, Tensor Bias) Norm2,
        (Tensor Weight, Tensor Bias) Up, (Tensor Weight, Tensor Bias) Down);

    /// <param name="config">Shape of the tower.</param>
    /// <param name="depth">How many layers are run before the feature is taken, 0 … layer count.</param>
    /// <param name="weight">Gives a weight of the stated name and shape.</param>
    internal ClipVisionTower(ClipVisionConfig config, int depth, Func<string, long[], Tensor> weight)
    {
        this.config = config;
        this.depth = depth;
        const string root = "vision_tower.vision_model.";
        long d = config.HiddenSize, f = config.IntermediateSize, side = config.ImageSize / config.PatchSize;

        classEmbedding = weight(root + "embeddings.class_embedding", [d]);
        patchEmbedding = weight(root + "embeddings.patch_embedding.weight", [d, config.ChannelCount, config.PatchSize, config.PatchSize]);
        positionEmbedding = weight(root + "embeddings.position_embedding.weight", [side * side + 1, d]);
        preNorm = Affine(root + "pre_layrnorm", d);
        layers = new Layer[config.LayerCount];
        for (var i = 0; i < layers.Length; i++)
        {
            var name = $"{root}encoder.layers.{i}.";
            layers[i] = new Layer(
                Affine(name + "layer_norm1", d), Linear(name + "self_attn.q_proj", d, d), Linear(name + "self_attn.k_proj", d, d),
                Linear(name + "self_attn.v_proj", d, d), Linear(name + "self_attn.out_proj", d, d), Affine(name + "layer_norm2", d),
                Linear(name + "mlp.fc1", f, d), Linear(name + "mlp.fc2", d, f));
        }

        (Tensor, Tensor) Linear(string name, long rows, long columns) => (weight(name + ".weight", [rows, columns]), weight(name + ".bias", [rows]));
        (Tensor, Tensor) Affine(string name, long size) => (weight(name + ".weight", [size]), weight(name + ".bias", [size]));
    }

    /// <summary>Hidden states after the chosen layer with the [CLS] token first, and that layer's [CLS] attention.</summary>
    /// <param name="pixelValues">(I, 3, H, W).</param>
    /// <param name="tap">Receives the intermediate results; all layers are run when it is given.</param>
    /// <param name="sequence">What is left of the patches, where a plan's sites act on the way to the feature.</param>
    /// <returns>The feature, (I, 1 + patches, width), and [CLS] attention to all tokens averaged over heads, (I, 1 + patches); null where
    /// no layer is run.</returns>
    internal (Tensor Feature, Tensor? ClsAttention) Run(Tensor pixelValues, Action<string, Tensor>? tap, VisionSequence? sequence = null)
    {
        using var scope = NewDisposeScope();
        var hidden = Embed(pixelValues);                                                            // (I, 1+p, d)
        tap?.Invoke("vision.embeddings", hidden);
        hidden = Norm(hidden, preNorm);
        tap?.Invoke("vision.pre_layrnorm", hidden);

        var feature = hidden;
        Tensor? attention = null;
        var run = tap is null ? depth : layers.Length;
        for (var i = 0; i < run; i++)
        {
            var reduces = i < depth ? sequence : null;
            var bias = reduces?.Bias?.to(hidden.dtype);
            if (i == depth - 1 || reduces?.ActsIn(i) == true)
            {
                attention = ClsAttention(hidden, layers[i], bias);
                reduces?.Observe(Keys(hidden, layers[i]), attention);
            }
            hidden = Attend(hidden, layers[i], bias);
            hidden = Feed(reduces?.ReduceInBlock(i, hidden) ?? hidden, layers[i]);
            tap?.Invoke($"vision.layer_out.{i}", hidden);
            if (i == depth - 1)
                feature = hidden;
        }
        return (feature.MoveToOuterDisposeScope(), attention?.MoveToOuterDisposeScope());
    }

    private Tensor Embed(Tensor pixelValues)
    {
        var images = pixelValues.shape[0];
        var patches = functional.conv2d(pixelValues.to(patchEmbedding.dtype), patchEmbedding, strides: [config.PatchSize, config.PatchSize])
            .flatten(2).transpose(1, 2);                                                            // (I, p, d)
        var cls = classEmbedding.expand(images, 1, -1);                                             // (I, 1, d)
        return cat([cls, patches], dim: 1).Add(positionEmbedding);
    }

    // The bias is added to the logits, (I, 1, 1, 1+p).
    private Tensor Attend(Tensor hidden, Layer layer, Tensor? bias)
    {
        using var scope = NewDisposeScope();
        var normalised = Norm(hidden, layer.Norm1);
        var attended = functional.scaled_dot_product_attention(
            Heads(Project(normalised, layer.Query)), Heads(Project(normalised, layer.Key)), Heads(Project(normalised, layer.Value)),
            bias?.expand(-1, config.HeadCount, hidden.shape[1], -1));
        var merged = attended.transpose(1, 2).flatten(2);                                           // (I, 1+p, d)
        return Project(merged, layer.Output).AddInto(hidden).MoveToOuterDisposeScope();
    }

    private Tensor Feed(Tensor hidden, Layer layer)
    {
        using var scope = NewDisposeScope();
        var inner = Activation.Apply(config.Activation, Project(Norm(hidden, layer.Norm2), layer.Up));
        return Project(inner, layer.Down).AddInto(hidden).MoveToOuterDisposeScope();
    }

    private Tensor Keys(Tensor hidden, Layer layer) =>                                              // (I, 1+p, H, hs)
        Project(Norm(hidden, layer.Norm1), layer.Key).view(hidden.shape[0], hidden.shape[1], config.HeadCount, -1);

    private Tensor ClsAttention(Tensor hidden, Layer layer, Tensor? bias)
    {
        using var scope = NewDisposeScope();
        var normalised = Norm(hidden, layer.Norm1);
        var query = Heads(Project(normalised.narrow(1, 0, 1), layer.Query));                        // (I, H, 1, hs)
        var keys = Heads(Project(normalised, layer.Key));                                           // (I, H, 1+p, hs)
        var logits = query.matmul(keys.transpose(-1, -2)).Mul(1 / Math.Sqrt(query.shape[^1]));
        if (bias is not null)
            logits = logits.Add(bias);
        return logits.softmax(-1).mean([1L]).squeeze(1).MoveToOuterDisposeScope();                  // (I, 1+p)
    }

    private Tensor Heads(Tensor x) => x.view(x.shape[0], x.shape[1], config.HeadCount, -1).transpose(1, 2);

    private Tensor Norm(Tensor x, (Tensor Weight, Tensor Bias) norm) =>
        functional.layer_norm(x, [config.HiddenSize], norm.Weight, norm.Bias, config.LayerNormEps);

    private static Tensor Project(Tensor x, (Tensor Weight, Tensor Bias) linear) => functional.linear(x, linear.Weight, linear.Bias);
}
