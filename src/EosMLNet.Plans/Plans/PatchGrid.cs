namespace EosMLNet.Plans;

/// <summary>Cuts the patch grid of an image into windows of rows and columns.</summary>
public static class PatchGrid
{
    /// <summary>
    /// Cuts the grid into exactly <paramref name="count"/> windows, rows × columns of them, as square as possible; <see langword="null"/>
    /// where no such cut exists.
    /// </summary>
    /// <param name="grid">The patches.</param>
    /// <param name="count">The number of windows, from 1.</param>
    public static VisualGrid? Cut(VisualGrid grid, int count) => Enumerable
        .Range(1, Math.Min(count, grid.Rows))
        .Where(rows => count % rows == 0 && count / rows <= grid.Columns)
        .Select(rows => (VisualGrid?)new VisualGrid(rows, count / rows))
        .MinBy(cut => Elongation(grid, cut!.Value));

    /// <summary>
    /// The largest number of windows, at most <paramref name="limit"/>, that are no more than twice as long as wide; on a grid too narrow
    /// for such windows, the largest at all.
    /// </summary>
    internal static int LargestCount(VisualGrid grid, int limit)
    {
        var counts = Enumerable.Range(1, Math.Min(limit, grid.Rows * grid.Columns)).Where(count => Cut(grid, count) is not null).ToList();
        var square = counts.Where(count => Elongation(grid, Cut(grid, count)!.Value) <= 2).ToList();
        return square.Count > 0 ? square[^1] : counts[^1];
    }

    // How much longer than wide, or wider than long, one window is: 1 for a square.
    private static double Elongation(VisualGrid grid, VisualGrid cut)
    {
        double height = (double)grid.Rows / cut.Rows, width = (double)grid.Columns / cut.Columns;
        return Math.Max(height, width) / Math.Min(height, width);
    }
}
