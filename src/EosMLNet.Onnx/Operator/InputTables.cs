using EosMLNet.Onnx.Graphs;

namespace EosMLNet.Onnx.Operator;

/// <summary>Tables of images that lie in different ways: inputs of the graph, a row an image.</summary>
/// <param name="graph">The graph.</param>
internal sealed class InputTables(Graph graph) : ISiteTables
{
    private readonly Dictionary<SiteTable, Value> inputs = [];

    /// <inheritdoc/>
    public Value LookUp(SiteTable table, Value index)
    {
        if (!inputs.TryGetValue(table, out var input))
            inputs[table] = input = graph.Input(table.Name, table.Type, "G", "entries");
        return input.Picked(index);
    }
}
