using PhotoMosaics.Mosaics;

namespace PhotoMosaics.Questions;

/// <summary>A row or a column of a mosaic.</summary>
/// <param name="IsRow">Whether it is a row.</param>
/// <param name="Number">Which one, from 1.</param>
internal sealed record Line(bool IsRow, int Number)
{
    /// <summary>The rows, then the columns.</summary>
    public static readonly IReadOnlyList<Line> All =
        [.. from isRow in new[] { true, false } from number in Enumerable.Range(1, Mosaic.Grid) select new Line(isRow, number)];

    /// <summary>As questions name it.</summary>
    public string Name => $"{(IsRow ? "row" : "column")} {Mark}";

    /// <summary>A row's number, a column's letter.</summary>
    public string Mark => IsRow ? $"{Number}" : $"{(char)('a' + Number - 1)}";

    /// <summary>How many photographs of a class it has.</summary>
    public int Count(Mosaic mosaic, int kind) => Classes(mosaic).Count(c => c == kind);

    /// <summary>Where its first photograph of a class is, from 0.</summary>
    public int IndexOf(Mosaic mosaic, int kind) => Array.IndexOf(Classes(mosaic), kind);

    private int[] Classes(Mosaic mosaic) =>
        [.. Enumerable.Range(0, Mosaic.Grid).Select(i => IsRow ? mosaic[Number - 1, i] : mosaic[i, Number - 1])];
}
