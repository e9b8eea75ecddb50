namespace EosMLNet.Onnx.Operator;

/// <summary>The tables that scores and masks look tokens up in. See <see cref="PatchTables"/>.</summary>
internal enum SiteTableKind
{
    /// <summary>The row of the grid.</summary>
    Rows,
    /// <summary>The column of the grid.</summary>
    Columns,
    /// <summary>A hash of a seed.</summary>
    Random,
    /// <summary>The window, of so many.</summary>
    Windows,
    /// <summary>How far it is from the middle of its window, of so many.</summary>
    DistancesToMiddle,
    /// <summary>The same place one step of a video before.</summary>
    Before,
}
