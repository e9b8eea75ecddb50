using EosMLNet.Onnx.Graphs;

namespace EosMLNet.Onnx.Operator;

/// <summary>Tables of images that lie in different ways: inputs of the graph, a row an image.</summary>
internal sealed class InputTables : ISiteTables
{
    private readonly Graph graph;
    private readonly Dictionary<SiteTable, Value> inputs;
    private readonly Value? image;

    /// <param name="graph">The graph.</param>
    internal InputTables(Graph graph) : this(graph, [], null)
    {
    }

    private InputTables(Graph graph, Dictionary<SiteTable, Value> inputs, Value? image) =>
        (this.graph, this.inputs, this.image) = (graph, inputs, image);

    /// <inheritdoc/>
    public bool AreFixed => false;

    /// <inheritdoc/>
    public ISiteTables Of(Value one) => new InputTables(graph, inputs, one);

    /// <inheritdoc/>
    public Value LookUp(SiteTable table, Value index)
    {
        if (!inputs.TryGetValue(table, out var input))
            inputs[table] = input = graph.Input(table.Name, table.Type, "G", "entries");
        return (image is null ? input : input.Gather(image)).Picked(index);
    }
}
