namespace EosMLNet.Plans;

/// <summary>
/// What scores and masks read from where a token stood in its unreduced image: a number for each index of
/// <see cref="VisualLayout.Indices"/>. Engines look tokens up in these tables, so all of them see the same.
/// </summary>
public static class PatchTables
{
    /// <summary>The window of an index that is no patch.</summary>
    public const long NoWindow = -1;

    /// <summary>1 on as many evenly spaced tokens as are kept, 0 elsewhere: the middle of each of so many equal stretches.</summary>
    /// <param name="tokens">How many tokens there are.</param>
    /// <param name="keep">How many are kept.</param>
    public static float[] Lattice(int tokens, int keep)
    {
        var marks = new float[tokens];
        for (long i = 0; i < keep; i++)
            marks[(2 * i + 1) * tokens / (2 * keep)] = 1;
        return marks;
    }

    /// <summary>A hash of the seed and each index, uniform in [0, 1).</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="count">How many indices.</param>
    // A random generator would make a token's luck depend on the batch it is in.
    public static double[] Random(int seed, int count) =>
        [.. Enumerable.Range(0, count).Select(index => (SplitMix64.Mix((ulong)(uint)seed << 32 | (uint)index) >> 11) * (1.0 / (1L << 53)))];

    /// <summary>The index of the same place one step of a video before; the number of tokens where there is none.</summary>
    /// <param name="layout">How the tokens lie.</param>
    /// <returns>An entry for each token, and one more for none.</returns>
    public static long[] Before(VisualLayout layout)
    {
        var before = new long[layout.Count + 1];
        Array.Fill(before, layout.Count);
        var start = 0;
        for (var region = 1; region < layout.Regions.Count; region++)
        {
            var (earlier, own) = (layout.Regions[region - 1], layout.Regions[region]);
            for (var i = 0; earlier == own && own != VisualRegion.Single && i < own.Count; i++)
                before[start + earlier.Count + i] = start + i;
            start += earlier.Count;
        }
        return before;
    }

    /// <summary>The window of each patch, when the grid is cut into so many; <see cref="NoWindow"/> behind the last patch.</summary>
    /// <param name="layout">How the tokens lie: on one grid.</param>
    /// <param name="count">How many windows.</param>
    /// <exception cref="EosException">EOS4002: there is no one grid, or it cannot be cut so.</exception>
    public static long[] Windows(VisualLayout layout, int count)
    {
        var grid = GridOf(layout);
        var cut = CutOf(grid, count);
        return [.. Patches(grid).Select(p => RowOf(p.Row) * cut.Columns + p.Column * cut.Columns / grid.Columns), NoWindow];

        long RowOf(int row) => row * cut.Rows / grid.Rows;
    }

    /// <summary>
    /// How far each patch is from the middle of its window: squared, and in half patches, so that the middle of an even number of patches
    /// is a whole number; 0 behind the last patch.
    /// </summary>
    /// <param name="layout">How the tokens lie: on one grid.</param>
    /// <param name="count">How many windows.</param>
    /// <exception cref="EosException">EOS4002: there is no one grid, or it cannot be cut so.</exception>
    public static long[] DistancesToMiddle(VisualLayout layout, int count)
    {
        var grid = GridOf(layout);
        var cut = CutOf(grid, count);
        return [.. Patches(grid)
            .Select(p => Square(OffMiddle(p.Row, grid.Rows, cut.Rows)) + Square(OffMiddle(p.Column, grid.Columns, cut.Columns))), 0];

        static long Square(long x) => x * x;
        static long OffMiddle(int position, int length, int windows)
        {
            var members = Enumerable.Range(0, length).Where(other => other * windows / length == position * windows / length).ToList();
            return 2 * position - (members[0] + members[^1]);
        }
    }

    private static IEnumerable<(int Row, int Column)> Patches(VisualGrid grid) =>
        from row in Enumerable.Range(0, grid.Rows) from column in Enumerable.Range(0, grid.Columns) select (row, column);

    private static VisualGrid GridOf(VisualLayout layout) => layout.Grid ?? throw new EosException(EosErrors.PlanMismatch,
        "The plan cuts the patch grid into windows, but this image's visual tokens lie on several grids, or have newlines between them. " +
        "Use a plan without the score grid and without a window mask.");

    private static VisualGrid CutOf(VisualGrid grid, int count) => PatchGrid.Cut(grid, count)
        ?? throw new EosException(EosErrors.PlanMismatch,
            $"The patch grid of {grid.Rows} x {grid.Columns} cannot be cut into {count} windows in rows and columns. " +
            "Choose another number of tokens to keep, or a score and mask without windows.");
}
