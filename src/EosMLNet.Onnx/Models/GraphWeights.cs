using EosMLNet.Onnx.Graphs;

namespace EosMLNet.Onnx.Models;

/// <summary>The weights of a checkpoint as tensors of a graph: their bytes stay in the checkpoint's own files.</summary>
/// <param name="graph">The graph.</param>
/// <param name="config">The model, which knows the shapes.</param>
/// <param name="checkpoint">The checkpoint.</param>
internal sealed class GraphWeights(Graph graph, ModelConfig config, Checkpoint checkpoint)
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
            var (file, stored) = checkpoint.Locate(name, shapes[name]);
            var entry = file.Entries[stored];
            var tensor = Graph.External(
                stored, Stored(entry.DataType), entry.Shape, Path.GetFileName(file.Path), entry.FileOffset, entry.ByteCount);
            return known[name] = Graph.Outside(() => tensor.Cast(ElementType.Float));
        }
    }

    /// <summary>The same, or null where the model has no such weight.</summary>
    internal Value? Optional(string name) => shapes.ContainsKey(name) ? this[name] : null;

    private static ElementType Stored(SafetensorsType type) => type switch
    {
        SafetensorsType.Float32 => ElementType.Float,
        SafetensorsType.Float16 => ElementType.Half,
        SafetensorsType.BFloat16 => ElementType.BFloat16,
        _ => ElementType.Double,
    };
}
