using EosMLNet.Operator;
using EosMLNet.Tensors;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace EosMLNet.Models;

/// <summary>
/// A vision transformer as the LLaVA models use it: the hidden states of one layer, without the final normalisation. CLIP's
/// (arXiv:2103.00020) has a [CLS] token in front of the patches and a normalisation in front of the first layer; SigLIP's
/// (arXiv:2303.15343) has neither, and a bias on the patch embedding. Weight names are those of Hugging Face's <c>CLIPVisionModel</c> and
/// <c>SiglipVisionModel</c>.
/// </summary>
internal sealed class VisionTower
{
    private readonly ClipVisionConfig config;
    private readonly int depth;
    private readonly Tensor? classEmbedding, patchBias;
    private readonly Tensor patchEmbedding, positionEmbedding;
    private readonly LayerNorm? preNorm;
    private readonly Layer[] layers;

    private readonly record struct LayerNorm(Tensor Weight, Tensor Bias);

    private sealed record Layer(
        LayerNorm Norm1, Linear Query, Linear Key, Linear Value, Linear Output, LayerNorm Norm2, Linear Up, Linear Down);

    /// <param name="config">Shape of the tower.</param>
    /// <param name="depth">How many layers are run before the feature is taken, 0 … layer count.</param>
    /// <param name="weight">Gives a weight by its name.</param>
    internal VisionTower(ClipVisionConfig config, int depth, Func<string, Tensor> weight)
    {
        this.config = config;
        this.depth = depth;
        const string Root = "vision_tower.vision_model.";
        classEmbedding = config.HasClassToken ? weight(Root + "embeddings.class_embedding") : null;
        patchEmbedding = weight(Root + "embeddings.patch_embedding.weight");
        patchBias = config.HasPatchBias ? weight(Root + "embeddings.patch_embedding.bias") : null;
        positionEmbedding = weight(Root + "embeddings.position_embedding.weight");
        preNorm = config.HasPreNorm ? Norms(Root + "pre_layrnorm") : null;
        layers = new Layer[config.LayerCount];
        for (var i = 0; i < layers.Length; i++)
        {
            var name = $"{Root}encoder.layers.{i}.";
            layers[i] = new Layer(
                Norms(name + "layer_norm1"), Linear.Of(weight, name + "self_attn.q_proj"), Linear.Of(weight, name + "self_attn.k_proj"),
                Linear.Of(weight, name + "self_attn.v_proj"), Linear.Of(weight, name + "self_attn.out_proj"),
                Norms(name + "layer_norm2"), Linear.Of(weight, name + "mlp.fc1"), Linear.Of(weight, name + "mlp.fc2"));
        }

        LayerNorm Norms(string name) => new(weight(name + ".weight"), weight(name + ".bias"));
    }

    /// <summary>
    /// Hidden states after the chosen layer, a [CLS] token first where the tower has one, and that layer's [CLS] attention.
    /// </summary>
    /// <param name="pixelValues">(I, 3, H, W).</param>
    /// <param name="wantsClsAttention">Whether [CLS] attention is asked for.</param>
    /// <param name="tap">Receives the intermediate results; all layers are run when it is given.</param>
    /// <param name="sequence">What is left of the patches, where a plan's sites act on the way to the feature.</param>
    /// <returns>The feature, (I, t, width) where t counts patches and [CLS], and [CLS] attention to all tokens averaged over heads, (I, t);
    /// null where it is not asked for, or no layer is run.</returns>
    internal (Tensor Feature, Tensor? ClsAttention) Run(
        Tensor pixelValues, bool wantsClsAttention, Action<string, Tensor>? tap, VisionSequence? sequence = null)
    {
        using var scope = NewDisposeScope();
        var hidden = Embed(pixelValues);                                                            // (I, t, d)
        tap?.Invoke("vision.embeddings", hidden);
        if (preNorm is { } first)
        {
            hidden = Norm(hidden, first);
            tap?.Invoke("vision.pre_layrnorm", hidden);
        }

        var feature = hidden;
        Tensor? attention = null;
        var run = tap is null ? depth : layers.Length;
        for (var i = 0; i < run; i++)
        {
            using var step = NewDisposeScope();
            var (layer, reduces) = (layers[i], i < depth ? sequence : null);
            var bias = reduces?.Bias?.to(hidden.dtype);
            LinearInput normalised = Norm(hidden, layer.Norm1);
            var keys = layer.Key.Apply(normalised);                                                 // (I, t, d)
            if (reduces?.ActsIn(i) == true || i == depth - 1 && (wantsClsAttention || reduces is not null))
            {
                attention = ClsAttention(normalised, keys, layer, bias)?.MoveToOuterDisposeScope();
                reduces?.Observe(keys.view(keys.shape[0], keys.shape[1], config.HeadCount, -1), attention);
            }
            hidden = Attend(hidden, normalised, keys, layer, bias);
            hidden = Feed(reduces?.ReduceInBlock(i, hidden) ?? hidden, layer).MoveToOuterDisposeScope();
            tap?.Invoke($"vision.layer_out.{i}", hidden);
            if (i == depth - 1)
                feature = hidden;
        }
        return (feature.MoveToOuterDisposeScope(), attention?.MoveToOuterDisposeScope());
    }

    private Tensor Embed(Tensor pixelValues)
    {
        var images = pixelValues.shape[0];
        var patches = functional.conv2d(pixelValues.to(patchEmbedding.dtype), patchEmbedding, patchBias,
            strides: [config.PatchSize, config.PatchSize])
            .flatten(2).transpose(1, 2);                                                            // (I, p, d)
        var tokens = classEmbedding is null ? patches : cat([classEmbedding.expand(images, 1, -1), patches], dim: 1);
        return tokens.Add(positionEmbedding);
    }

    // The bias is added to the logits, (I, 1, 1, t).
    private Tensor Attend(Tensor hidden, LinearInput normalised, Tensor keys, Layer layer, Tensor? bias)
    {
        using var scope = NewDisposeScope();
        var attended = Attention.Apply(
            Heads(layer.Query.Apply(normalised)), Heads(keys), Heads(layer.Value.Apply(normalised)),
            bias?.expand(-1, config.HeadCount, hidden.shape[1], -1));
        var merged = attended.transpose(1, 2).flatten(2);                                           // (I, t, d)
        return layer.Output.Apply(merged).AddInto(hidden).MoveToOuterDisposeScope();
    }

    private Tensor Feed(Tensor hidden, Layer layer) => RowChunks.OfTokens([hidden], config.IntermediateSize, tokens =>
    {
        using var scope = NewDisposeScope();
        var inner = Activation.Apply(config.Activation, layer.Up.Apply(Norm(tokens[0], layer.Norm2)));
        return [layer.Down.Apply(inner).AddInto(tokens[0]).MoveToOuterDisposeScope()];
    })[0];

    private Tensor? ClsAttention(LinearInput normalised, Tensor keys, Layer layer, Tensor? bias)         // (I, t)
    {
        if (classEmbedding is null)
            return null;
        using var scope = NewDisposeScope();
        var query = Heads(layer.Query.Apply(normalised.Values.narrow(1, 0, 1)));                           // (I, H, 1, hs)
        var logits = query.matmul(Heads(keys).transpose(-1, -2)).Mul(1 / Math.Sqrt(query.shape[^1]));
        if (bias is not null)
            logits = logits.Add(bias);
        return logits.softmax(-1).mean([1L]).squeeze(1).MoveToOuterDisposeScope();
    }

    private Tensor Heads(Tensor x) => x.view(x.shape[0], x.shape[1], config.HeadCount, -1).transpose(1, 2);

    private Tensor Norm(Tensor x, LayerNorm norm) =>
        functional.layer_norm(x, [config.HiddenSize], norm.Weight, norm.Bias, config.LayerNormEps);
}
