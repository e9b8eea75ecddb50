using System.Globalization;
using EosMLNet.Onnx.Graphs;

namespace EosMLNet.Onnx.Operator;

/// <summary>A table of where tokens stood in their unreduced image.</summary>
/// <param name="Kind">Which one.</param>
/// <param name="Number">The number of windows, or the seed; 0 for tables that have none.</param>
internal readonly record struct SiteTable(SiteTableKind Kind, int Number = 0)
{
    private const string Prefix = "table.";

    /// <summary>What the input is called that brings it.</summary>
    internal string Name => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Kind}.{Number}");

    /// <summary>The table that an input of a graph brings; null where it brings none.</summary>
    /// <param name="input">The input's name.</param>
    internal static SiteTable? Of(string input) =>
        input.StartsWith(Prefix, StringComparison.Ordinal) && input[Prefix.Length..].Split('.') is [var kind, var number]
            && Enum.TryParse<SiteTableKind>(kind, out var known) && int.TryParse(number, CultureInfo.InvariantCulture, out var parsed)
            ? new SiteTable(known, parsed) : null;

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
        SiteTableKind.Windows => [.. PatchTables.Windows(layout, WindowsOf(layout)).Select(x => (double)x)],
        SiteTableKind.DistancesToMiddle => [.. PatchTables.DistancesToMiddle(layout, WindowsOf(layout)).Select(x => (double)x)],
        _ => [.. PatchTables.Before(layout).Select(x => (double)x)],
    };

    // An image with fewer patches than windows keeps all of them.
    private int WindowsOf(VisualLayout layout) => Math.Min(Number, layout.Count);
}
