using EosMLNet.Onnx.Graphs;

namespace EosMLNet.Onnx.Operator;

/// <summary>A table of where tokens stood in their unreduced image.</summary>
/// <param name="Kind">Which one.</param>
/// <param name="Number">The number of windows, or the seed; 0 for tables that have none.</param>
internal readonly record struct SiteTable(SiteTableKind Kind, int Number = 0)
{
    /// <summary>What the input is called that brings it.</summary>
    internal string Name => Number == 0 ? $"table.{Kind}" : $"table.{Kind}.{Number}";

    /// <summary>The type of its entries.</summary>
    internal ElementType Type =>
        Kind is SiteTableKind.Rows or SiteTableKind.Columns or SiteTableKind.Random ? ElementType.Float : ElementType.Int64;

    /// <summary>Its entries for an image.</summary>
    /// <param name="layout">How the image's tokens lie.</param>
    /// <exception cref="EosException">EOS4002: the image cannot be cut into the windows.</exception>
    internal double[] Of(VisualLayout layout) => Kind switch
    {
        SiteTableKind.Rows => layout.Rows,
        SiteTableKind.Columns => layout.Columns,
        SiteTableKind.Random => PatchTables.Random(Number, layout.Rows.Length),
        SiteTableKind.Windows => [.. PatchTables.Windows(layout, Number).Select(x => (double)x)],
        SiteTableKind.DistancesToMiddle => [.. PatchTables.DistancesToMiddle(layout, Number).Select(x => (double)x)],
        _ => [.. PatchTables.Before(layout).Select(x => (double)x)],
    };
}
