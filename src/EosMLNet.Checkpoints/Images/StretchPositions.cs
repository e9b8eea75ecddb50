namespace EosMLNet.Checkpoints;

/// <summary>Positions of some tokens that follow one another, and where the next one goes on.</summary>
/// <param name="Values">The positions, one axis behind the other, (axes · n).</param>
/// <param name="Next">The position of the token behind them, the same on all axes.</param>
public sealed record StretchPositions(long[] Values, long Next)
{
    /// <summary>Tokens that count on by one each, where a position is one number.</summary>
    public static StretchPositions Counted(int count) => new([.. Enumerable.Range(0, count).Select(i => (long)i)], count);

    /// <summary>Visual tokens on grids, with a position in time, row and column: the next token stands behind the largest of all.</summary>
    /// <param name="grids">The grids and their positions in time.</param>
    public static StretchPositions OnGrids(IReadOnlyList<(VisualRegion Grid, long Time)> grids)
    {
        var cells = grids.SelectMany(grid => Enumerable.Range(0, grid.Grid.Count)
            .Select(i => (grid.Time, Row: (long)(i / grid.Grid.Columns), Column: (long)(i % grid.Grid.Columns)))).ToArray();
        long[] values = [.. cells.Select(cell => cell.Time), .. cells.Select(cell => cell.Row), .. cells.Select(cell => cell.Column)];
        return new(values, values.Max() + 1);
    }

    /// <summary>A row of text with images.</summary>
    /// <param name="length">Its tokens, the visual ones among them.</param>
    /// <param name="axes">Numbers of a position.</param>
    /// <param name="images">Where stretches of images begin, ascending, and their positions.</param>
    public static StretchPositions OfRow(int length, int axes, IEnumerable<(int Start, StretchPositions Positions)> images)
    {
        var values = new long[axes * length];
        var (at, position) = (0, 0L);
        foreach (var (start, image) in images)
        {
            Text(start);
            var count = image.Values.Length / axes;
            for (var axis = 0; axis < axes; axis++)
            {
                for (var i = 0; i < count; i++)
                    values[axis * length + at + i] = position + image.Values[axis * count + i];
            }
            (at, position) = (at + count, position + image.Next);
        }
        Text(length);
        return new(values, position);

        void Text(int end)
        {
            for (; at < end; at++, position++)
            {
                for (var axis = 0; axis < axes; axis++)
                    values[axis * length + at] = position;
            }
        }
    }

    /// <summary>Rows side by side, each behind its padding, which has the position 0: (axes, rows, width), row by row.</summary>
    public static long[] Padded(IReadOnlyList<StretchPositions> rows, int axes, int width)
    {
        var all = new long[axes * rows.Count * width];
        for (var row = 0; row < rows.Count; row++)
        {
            var length = rows[row].Values.Length / axes;
            for (var axis = 0; axis < axes; axis++)
                rows[row].Values.AsSpan(axis * length, length).CopyTo(all.AsSpan((axis * rows.Count + row + 1) * width - length, length));
        }
        return all;
    }
}
