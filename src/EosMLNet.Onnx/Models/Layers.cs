using EosMLNet.Onnx.Graphs;

namespace EosMLNet.Onnx.Models;

/// <summary>The layers that all models are made of, as nodes.</summary>
/// <param name="weights">The weights.</param>
internal sealed class Layers(GraphWeights weights)
{
    /// <summary>The weights.</summary>
    internal GraphWeights Weights { get; } = weights;

    private Graph Graph => Weights.Graph;

    /// <summary>A linear layer, with a bias where the model has one: (N, in) to (N, out).</summary>
    /// <param name="x">(N, in).</param>
    /// <param name="name">The layer's name.</param>
    internal Value Linear(Value x, string name)
    {
        var bias = Weights.Optional(name + ".bias");
        if (Weights.QuantizedProduct(x, name + ".weight") is { } product)
            return bias is null ? product : product + bias;
        return Product(x, Weights[name + ".weight"], bias);
    }

    /// <summary>Several linear layers of the same states, as one product: (N, in) to (N, out) each.</summary>
    /// <param name="x">(N, in).</param>
    /// <param name="names">The layers' names.</param>
    internal Value[] Linears(Value x, params IReadOnlyList<string> names)
    {
        if (Weights.Joined(names) is not var (weight, bias, outputs))
            return [.. names.Select(name => Linear(x, name))];
        return Graph.Node("Split", [.. outputs.Select(_ => (ElementType?)x.Type)], [Product(x, weight, bias), Graph.Integers(outputs)],
            ("axis", 1));
    }

    /// <summary>The product with a weight as checkpoints have it, (out, in): (N, in) to (N, out).</summary>
    internal Value Product(Value x, Value weight, Value? bias = null) => Graph.Node("Gemm", x.Type, [x, weight, bias], ("transB", 1));

    /// <summary>Layer norm of the last dimension.</summary>
    internal Value LayerNorm(Value x, string name, double epsilon) => Graph.Node(
        "LayerNormalization", x.Type, [x, Weights[name + ".weight"], Weights[name + ".bias"]], ("axis", -1), ("epsilon", epsilon));

    /// <summary>RMSNorm (arXiv:1910.07467) of the last dimension.</summary>
    internal Value RmsNorm(Value x, string name, double epsilon) =>
        Graph.Node("RMSNormalization", x.Type, [x, Weights[name + ".weight"]], ("axis", -1), ("epsilon", epsilon));

    /// <summary>The sum of two, and its RMSNorm, in one node. (One that adds for layer norms is slower than two nodes.)</summary>
    internal (Value Normalised, Value Sum) AddAndRmsNorm(Value x, Value added, string name, double epsilon)
    {
        var outputs = Graph.Node(Graph.RuntimeDomain + ":SkipSimplifiedLayerNormalization", [x.Type, null, null, x.Type],
            [x, added, Weights[name + ".weight"]], ("epsilon", epsilon));
        return (outputs[0], outputs[1]);
    }

    /// <summary>An activation by the name that configurations have for it.</summary>
    /// <exception cref="EosException">EOS1009: it is not known.</exception>
    internal Value Activation(Value x, string name) => name switch
    {
        "quick_gelu" => Graph.Node(Graph.RuntimeDomain + ":QuickGelu", x.Type, [x], ("alpha", 1.702)),
        "gelu" => Graph.Node("Gelu", x.Type, [x]),
        "gelu_pytorch_tanh" => Graph.Node("Gelu", x.Type, [x], ("approximate", "tanh")),
        "silu" => Graph.Node(Graph.RuntimeDomain + ":QuickGelu", x.Type, [x], ("alpha", 1.0)),
        "relu" => Graph.Node("Relu", x.Type, [x]),
        _ => throw new EosException(EosErrors.UnsupportedModel,
            $"The activation function '{name}' is not known; expected quick_gelu, gelu, gelu_pytorch_tanh, silu or relu."),
    };

    /// <summary>Attention in which all tokens of a row see each other: (R, T, H · hs) three times to (R, T, H · hs).</summary>
    /// <param name="queries">Queries.</param>
    /// <param name="keys">Keys.</param>
    /// <param name="values">Values.</param>
    /// <param name="heads">Heads, H.</param>
    /// <param name="bias">What is added to the logits, (R or 1, 1, T, T); null for nothing.</param>
    internal Value Attention(Value queries, Value keys, Value values, int heads, Value? bias = null) => Graph.Node(
        Graph.RuntimeDomain + ":MultiHeadAttention", queries.Type, [queries, keys, values, null, null, bias], ("num_heads", heads));
}
