namespace EosMLNet.Plans;

/// <summary>Functions of token counts that are known on a grid and linear in between.</summary>
public static class Curve
{
    /// <summary>
    /// The value at a count, and by how much it rises with each token more. Outside the grid it is that of the nearest end.
    /// </summary>
    /// <param name="grid">Token counts, ascending.</param>
    /// <param name="values">One value for each of the first of them.</param>
    /// <param name="tokens">Where.</param>
    internal static (double Value, double Slope) At(IReadOnlyList<int> grid, IReadOnlyList<double> values, double tokens)
    {
        var (cell, share, width) = Cell(grid, values.Count, tokens);
        if (width == 0)
            return (values[cell], 0);
        var rise = values[cell + 1] - values[cell];
        return (values[cell] + share * rise, rise / width);
    }

    /// <summary>
    /// The same of two counts, the second at most the first: bilinear, the value of (n, k) with k > n being that of (n, n).
    /// </summary>
    /// <param name="grid">Token counts, ascending; the same for both.</param>
    /// <param name="rows">For each entering count, the values of the kept counts up to it.</param>
    /// <param name="entering">n.</param>
    /// <param name="kept">k.</param>
    internal static (double Value, double ByEntering, double ByKept) At(IReadOnlyList<int> grid, IReadOnlyList<IReadOnlyList<double>> rows,
        double entering, double kept)
    {
        var (cell, share, width) = Cell(grid, rows.Count, entering);
        var (low, lowSlope) = Row(cell);
        if (width == 0)
            return (low, 0, lowSlope);
        var (high, highSlope) = Row(cell + 1);
        return (low + share * (high - low), (high - low) / width, lowSlope + share * (highSlope - lowSlope));

        (double Value, double Slope) Row(int row) => At(grid, rows[row], kept);
    }

    /// <summary>The nearest values (least squares) that never fall: pool adjacent violators.</summary>
    public static double[] NonDecreasing(IReadOnlyList<double> values)
    {
        var pools = new List<(double Mean, int Count)>();
        foreach (var value in values)
        {
            pools.Add((value, 1));
            while (pools.Count > 1 && pools[^2].Mean > pools[^1].Mean)
            {
                var ((a, n), (b, m)) = (pools[^2], pools[^1]);
                pools.RemoveRange(pools.Count - 2, 2);
                pools.Add(((a * n + b * m) / (n + m), n + m));
            }
        }
        return [.. pools.SelectMany(pool => Enumerable.Repeat(pool.Mean, pool.Count))];
    }

    // Of the grid's first points: the cell's first, how far into the cell, and how wide it is: 0 where there is none.
    private static (int Cell, double Share, int Width) Cell(IReadOnlyList<int> grid, int count, double tokens)
    {
        if (tokens <= grid[0])
            return (0, 0, 0);
        for (var i = 0; i + 1 < count; i++)
        {
            if (tokens <= grid[i + 1])
                return (i, (tokens - grid[i]) / (grid[i + 1] - grid[i]), grid[i + 1] - grid[i]);
        }
        return (count - 1, 0, 0);
    }
}
