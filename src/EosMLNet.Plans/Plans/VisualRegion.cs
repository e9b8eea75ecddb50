namespace EosMLNet.Plans;

/// <summary>
/// A run of visual tokens that lie on one grid over the whole image: <see cref="Rows"/> × <see cref="Columns"/>, row by row.
/// </summary>
/// <param name="Rows">Rows of the grid, from 1.</param>
/// <param name="Columns">Columns of the grid, from 1.</param>
/// <param name="HasNewlines">Whether each row ends with one token more, a newline that belongs to no place in it.</param>
public readonly record struct VisualRegion(int Rows, int Columns, bool HasNewlines = false)
{
    /// <summary>A single token that stands for no place: a tower's [CLS], or the newline behind a video.</summary>
    public static VisualRegion Single { get; } = new(0, 0, HasNewlines: true);

    /// <summary>Number of visual tokens.</summary>
    public int Count => this == Single ? 1 : Rows * (Columns + (HasNewlines ? 1 : 0));
}
