using EosMLNet.Onnx.Graphs;

namespace EosMLNet.Onnx.Operator;

/// <summary>Tables of images that all lie alike.</summary>
/// <param name="layout">How.</param>
internal sealed class ConstantTables(VisualLayout layout) : ISiteTables
{
    /// <summary>The number of indices.</summary>
    internal int Count => layout.Rows.Length;

    /// <inheritdoc/>
    public bool AreFixed => true;

    /// <inheritdoc/>
    public ISiteTables Of(Value image) => this;

    /// <inheritdoc/>
    public Value LookUp(SiteTable table, Value index)
    {
        var entries = table.Of(layout);
        return index.Graph.Constant(table.Type, entries, entries.Length).Gather(index);
    }
}
