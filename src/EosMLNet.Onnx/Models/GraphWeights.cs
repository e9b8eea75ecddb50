using EosMLNet.Onnx.Graphs;
using EosMLNet.Onnx.Weights;

namespace EosMLNet.Onnx.Models;

/// <summary>The weights of a model as tensors of a graph: their bytes stay in the files that they lie in.</summary>
/// <param name="graph">The graph.</param>
/// <param name="config">The model, which knows the shapes.</param>
/// <param name="files">The weights.</param>
internal sealed class GraphWeights(Graph graph, ModelConfig config, WeightFiles files)
{
    private readonly Dictionary<string, long[]> shapes = config.Weights.ToDictionary(weight => weight.Name, weight => weight.Shape);
    private readonly Dictionary<string, Value> known = [];

    /// <summary>The graph.</summary>
    internal Graph Graph { get; } = graph;

    /// <summary>A weight in the type that is computed in. Other types are cast: a constant, so once, when the graph is loaded.</summary>
    /// <param name="name">Its published name.</param>
    /// <exception cref="EosException">EOS1004 to EOS1006: it is not there, or has another shape or type.</exception>
    internal Value this[string name]
    {
        get
        {
            if (known.TryGetValue(name, out var value))
                return value;
            var tensor = External(files.Locate(name, shapes[name]));
            return known[name] = Graph.Outside(() => tensor.Cast(ElementType.Float));
        }
    }

    /// <summary>The same, or null where the model has no such weight.</summary>
    internal Value? Optional(string name) => shapes.ContainsKey(name) ? this[name] : null;

    /// <summary>
    /// The weights of several linear layers that read the same states, as one; null where one of them is kept in few bits.
    /// </summary>
    /// <param name="names">The layers' names.</param>
    /// <returns>The weight, (outputs of all, in), the bias, if they have any, and the outputs of each.</returns>
    internal (Value Weight, Value? Bias, long[] Outputs)? Joined(IReadOnlyList<string> names)
    {
        if (names.Any(name => files.Quantized(name + ".weight") is not null))
            return null;
        return (Join(".weight"), shapes.ContainsKey(names[0] + ".bias") ? Join(".bias") : null,
            [.. names.Select(name => shapes[name + ".weight"][0])]);

        // Of constants: it is done once, when the graph is loaded.
        Value Join(string part)
        {
            var key = string.Join('+', names) + part;
            Value[] parts = [.. names.Select(name => this[name + part])];
            return known.TryGetValue(key, out var value) ? value : known[key] = Graph.Outside(() => Value.Concat(0, parts));
        }
    }

    /// <summary>The product of states with a linear layer's weight, (N, in) to (N, out), where it is kept in few bits; else null.</summary>
    /// <param name="x">(N, in).</param>
    /// <param name="name">The weight's name.</param>
    internal Value? QuantizedProduct(Value x, string name)
    {
        if (files.Quantized(name) is not var (steps, scales))
            return null;
        var bits = BlockQuantization.BitsOf(steps.Entry.Shape[2]);
        return Graph.Node(Graph.RuntimeDomain + ":MatMulNBits", x.Type, [x, Once(steps), Once(scales)],
            ("N", shapes[name][0]), ("K", shapes[name][1]), ("bits", bits), ("block_size", BlockQuantization.BlockOf(bits)),
            ("accuracy_level", 4)); // inputs are rounded to 8 bits
    }

    private Value Once(WeightPlace place) => known.TryGetValue(place.Name, out var value) ? value : known[place.Name] = External(place);

    private Value External(WeightPlace place)
    {
        var entry = place.Entry;
        return Graph.External(
            place.Name, Stored(entry.DataType), entry.Shape, Path.GetFileName(place.File.Path), entry.FileOffset, entry.ByteCount);
    }

    private static ElementType Stored(SafetensorsType type) => type switch
    {
        SafetensorsType.Float32 => ElementType.Float,
        SafetensorsType.Float16 => ElementType.Half,
        SafetensorsType.BFloat16 => ElementType.BFloat16,
        SafetensorsType.Byte => ElementType.Byte,
        _ => ElementType.Double,
    };
}
