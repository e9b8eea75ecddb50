using EosMLNet.Models;
using EosMLNet.Tensors;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace Benchmarks.Speed;

/// <summary>The floor of a prefill: the decoder's matrix products and attention calls on the same shapes and weights, one after another, with nothing in between. Many tokens are taken in chunks, as a model takes them.</summary>
internal sealed class BareSequence : IDisposable
{
    private static readonly string[] Products = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj", "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"];

    private readonly IReadOnlyList<int> tokens;
    private readonly IReadOnlyList<Linear[]> layers;
    private readonly Linear head;
    private readonly Tensor hidden, inner, heads;

    /// <param name="model">Whose weights are multiplied with.</param>
    /// <param name="rows">B.</param>
    /// <param name="tokens">T of each layer, text and visual tokens; one number for all layers.</param>
    internal BareSequence(LlavaModel model, int rows, params IReadOnlyList<int> tokens)
    {
        this.tokens = tokens.Count == 1 ? [.. Enumerable.Repeat(tokens[0], model.LayerCount)] : tokens;
        layers = [.. Enumerable.Range(0, model.LayerCount).Select(i => Products.Select(name => Of(model, $"model.layers.{i}.{name}")).ToArray())];
        head = Of(model, "lm_head");
        LlamaConfig shape = model.Config.Text;
        var longest = this.tokens.Max();
        hidden = randn(rows, longest, shape.HiddenSize, dtype: model.DataType).DetachFromDisposeScope();                           // (B, T, d)
        inner = randn(rows, longest, shape.IntermediateSize, dtype: model.DataType).DetachFromDisposeScope();                      // (B, T, f)
        heads = randn(rows, longest, shape.HeadCount, shape.HeadSize, dtype: model.DataType).DetachFromDisposeScope();             // (B, T, H, hs): as projections leave them
    }

    internal void Run()
    {
        using var unrecorded = inference_mode();
        for (var layer = 0; layer < layers.Count; layer++)
        {
            using var scope = NewDisposeScope();
            var (x, f, h) = (First(hidden, layer), First(inner, layer), First(heads, layer).transpose(1, 2));
            var products = layers[layer];
            RowChunks.OfTokens([x], x.shape[^1], tokens =>
            {
                LinearInput input = tokens[0];
                return [.. products[..3].Select(projection => projection.Apply(input))];
            });
            var attended = RowChunks.OfBatch([h], x.shape[1] * x.shape[2], row => [scaled_dot_product_attention(row[0], row[0], row[0], is_casual: row[0].shape[2] > 1).transpose(1, 2).flatten(2)])[0];
            RowChunks.OfTokens([attended, x, f], f.shape[^1], tokens =>
            {
                products[3].Apply(tokens[0]);
                LinearInput second = tokens[1];
                products[4].Apply(second);
                products[5].Apply(second);
                return [products[6].Apply(tokens[2])];
            });
        }
        using var last = NewDisposeScope();
        head.Apply(hidden.narrow(1, 0, 1));
    }

    private static Linear Of(LlavaModel model, string name) => Linear.Of(weight => model.Weights[weight], $"language_model.{name}", bias: false);

    // A row's tokens lie together, as in a batch of that length.
    private Tensor First(Tensor x, int layer) => x.shape[1] == tokens[layer] ? x : x.view([-1, .. x.shape[2..]]).narrow(0, 0, x.shape[0] * tokens[layer]).view([x.shape[0], tokens[layer], .. x.shape[2..]]);

    public void Dispose()
    {
        foreach (var tensor in new[] { hidden, inner, heads })
            tensor.Dispose();
    }
}
