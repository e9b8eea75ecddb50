namespace EosMLNet.Checkpoints;

/// <summary>
/// Where the patches of a Qwen-VL tower lie. They come square by square: those of one visual token are behind one another.
/// </summary>
/// <param name="config">The tower.</param>
public sealed class QwenPatches(QwenVisionConfig config)
{
    private const double RopeTheta = 1e4; // fixed, whatever the configuration says

    /// <summary>The frequencies that a head's pairs of numbers turn by: one half by the patch's row, the other by its column.</summary>
    public double[] Frequencies
    {
        get
        {
            var each = config.HiddenSize / config.HeadCount / 4; // frequencies of an axis
            return [.. Enumerable.Range(0, 2 * each).Select(i => 1 / Math.Pow(RopeTheta, (double)(i % each) / each))];
        }
    }

    /// <summary>Whether each of them turns by the row, 0, or by the column, 1.</summary>
    public int[] Axes => [.. Frequencies.Select((_, i) => 2 * i / Frequencies.Length)];

    /// <summary>The row and the column of each patch.</summary>
    /// <param name="grid">How the visual tokens lie: steps in time, rows and columns.</param>
    public IEnumerable<(long Row, long Column)> Places((int Steps, int Rows, int Columns) grid)
    {
        var (side, squares) = (config.MergeSize, grid.Rows * grid.Columns);
        return Enumerable.Range(0, grid.Steps * squares).SelectMany(square => Enumerable.Range(0, side * side).Select(i => (
            (long)(square % squares / grid.Columns * side + i / side), (long)(square % grid.Columns * side + i % side))));
    }

    /// <summary>
    /// The learned positions that each patch mixes, where their square grid is stretched over the image, corners on corners; and the share
    /// of each: four a patch.
    /// </summary>
    /// <param name="grid">How the visual tokens lie: steps in time, rows and columns.</param>
    public (long[] Positions, double[] Shares) LearnedPositions((int Steps, int Rows, int Columns) grid)
    {
        var side = config.PositionSide;
        var (corners, weights) = (new List<long>(), new List<double>());
        var (rows, columns) = (grid.Rows * config.MergeSize, grid.Columns * config.MergeSize);
        foreach (var (row, column) in Places(grid))
        {
            var ((top, bottom, down), (left, right, across)) = (Between(row, rows), Between(column, columns));
            corners.AddRange([top * side + left, top * side + right, bottom * side + left, bottom * side + right]);
            weights.AddRange([(1 - down) * (1 - across), (1 - down) * across, down * (1 - across), down * across]);
        }
        return ([.. corners], [.. weights]);

        (long Low, long High, double Share) Between(long place, int count)
        {
            var at = count == 1 ? 0 : place * (side - 1.0) / (count - 1);
            var low = Math.Min((long)at, side - 1);
            return (low, Math.Min(low + 1, side - 1), at - low);
        }
    }

    /// <summary>
    /// The visual tokens of one step, window by window. Windows at the right and lower border are smaller.
    /// </summary>
    /// <param name="rows">Rows of visual tokens.</param>
    /// <param name="columns">Columns.</param>
    public IReadOnlyList<int[]> Windows(int rows, int columns)
    {
        var side = config.WindowSize / config.TokenSide;
        var windows = new List<int[]>();
        for (var top = 0; top < rows; top += side)
        {
            for (var left = 0; left < columns; left += side)
            {
                var (height, width) = (Math.Min(side, rows - top), Math.Min(side, columns - left));
                windows.Add([.. Enumerable.Range(0, height * width).Select(i => (top + i / width) * columns + left + i % width)]);
            }
        }
        return windows;
    }
}
