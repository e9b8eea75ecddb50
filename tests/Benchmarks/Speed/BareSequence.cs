using EosMLNet.Models;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Benchmarks.Speed;

/// <summary>The floor of a prefill: the decoder's matrix products and attention calls on the same shapes and weights, one after another, with nothing in between.</summary>
internal sealed class BareSequence : IDisposable
{
    private static readonly string[] Products = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj", "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"];

    private readonly IReadOnlyList<int> tokens;
    private readonly IReadOnlyList<Tensor[]> weights;
    private readonly Tensor head, hidden, inner, heads;

    /// <param name="model">Whose weights are multiplied with.</param>
    /// <param name="rows">B.</param>
    /// <param name="tokens">T of each layer, text and visual tokens; one number for all layers.</param>
    internal BareSequence(LlavaModel model, int rows, params IReadOnlyList<int> tokens)
    {
        this.tokens = tokens.Count == 1 ? [.. Enumerable.Repeat(tokens[0], model.LayerCount)] : tokens;
        weights = [.. Enumerable.Range(0, model.LayerCount).Select(i => Products.Select(name => model.Weights[$"language_model.model.layers.{i}.{name}.weight"]).ToArray())];
        head = model.Weights["language_model.lm_head.weight"];
        LlamaConfig shape = model.Config.Text;
        var longest = this.tokens.Max();
        hidden = randn(rows, longest, shape.HiddenSize).DetachFromDisposeScope();                           // (B, T, d)
        inner = randn(rows, longest, shape.IntermediateSize).DetachFromDisposeScope();                      // (B, T, f)
        heads = randn(rows, longest, shape.HeadCount, shape.HeadSize).DetachFromDisposeScope();             // (B, T, H, hs): as projections leave them
    }

    internal void Run()
    {
        using var unrecorded = inference_mode();
        for (var layer = 0; layer < weights.Count; layer++)
        {
            using var scope = NewDisposeScope();
            var (x, f, h) = (First(hidden, layer), First(inner, layer), First(heads, layer).transpose(1, 2));
            foreach (var projection in weights[layer][..3])
                functional.linear(x, projection);
            var attended = functional.scaled_dot_product_attention(h, h, h, is_casual: tokens[layer] > 1);
            functional.linear(attended.transpose(1, 2).flatten(2), weights[layer][3]);
            functional.linear(x, weights[layer][4]);
            functional.linear(x, weights[layer][5]);
            functional.linear(f, weights[layer][6]);
        }
        using var last = NewDisposeScope();
        functional.linear(hidden.narrow(1, 0, 1), head);
    }

    // A row's tokens lie together, as in a batch of that length.
    private Tensor First(Tensor x, int layer) => x.shape[1] == tokens[layer] ? x : x.view([-1, .. x.shape[2..]]).narrow(0, 0, x.shape[0] * tokens[layer]).view([x.shape[0], tokens[layer], .. x.shape[2..]]);

    public void Dispose()
    {
        foreach (var tensor in new[] { hidden, inner, heads })
            tensor.Dispose();
    }
}
