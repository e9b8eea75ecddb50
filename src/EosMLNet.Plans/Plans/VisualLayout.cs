namespace EosMLNet.Plans;

/// <summary>
/// How the visual tokens of one image lie: runs of tokens on grids, one behind the other. A plain image has one grid; an image that is cut
/// into tiles has a coarse grid of the whole and a fine one with newlines; a video has one grid a frame. Equal layouts are one value.
/// </summary>
public sealed record VisualLayout
{
    private readonly double[] rows, columns;

    /// <param name="regions">The runs, in the order of their tokens; at least one.</param>
    public VisualLayout(params IReadOnlyList<VisualRegion> regions)
    {
        Regions = regions;
        Count = regions.Sum(region => region.Count);
        // The unit is a patch of the first grid; another grid over the same image is scaled to it.
        var unit = regions.FirstOrDefault(region => region != VisualRegion.Single, new VisualRegion(1, 1));
        (rows, columns) = (new double[Count], new double[Count]);
        var at = 0;
        foreach (var region in regions)
        {
            if (region == VisualRegion.Single)
            {
                (rows[at], columns[at++]) = ((unit.Rows - 1) / 2.0, (unit.Columns - 1) / 2.0);
                continue;
            }
            for (var row = 0; row < region.Rows; row++)
            {
                for (var column = 0; column < region.Columns + (region.HasNewlines ? 1 : 0); column++)
                    (rows[at], columns[at++]) = (Scaled(row, region.Rows, unit.Rows), Scaled(column, region.Columns, unit.Columns));
            }
        }

        static double Scaled(int place, int length, int unit) => (place + 0.5) * unit / length - 0.5;
    }

    /// <summary>The runs, in the order of their tokens.</summary>
    public IReadOnlyList<VisualRegion> Regions { get; }

    /// <summary>Number of visual tokens.</summary>
    public int Count { get; }

    /// <summary>The time between two grids of a video, in seconds, where the model asks for it.</summary>
    /// <value>The default is 0.</value>
    public double SecondsPerStep { get; init; }

    /// <summary>
    /// The one grid that all tokens but a leading [CLS] lie on; <see langword="null"/> where there are several, or newlines.
    /// </summary>
    public VisualGrid? Grid => Regions switch
    {
        [{ HasNewlines: false } only] => new(only.Rows, only.Columns),
        [var cls, { HasNewlines: false } only] when cls == VisualRegion.Single => new(only.Rows, only.Columns),
        _ => null,
    };

    /// <summary>
    /// The number by which each token is known in tables: its patch on <see cref="Grid"/>, and rows · columns for a [CLS]; where there is
    /// no such grid, its place among the tokens.
    /// </summary>
    public long[] Indices => Grid is { } grid && Count > grid.Rows * grid.Columns
        ? [Count - 1, .. Enumerable.Range(0, Count - 1).Select(i => (long)i)]
        : [.. Enumerable.Range(0, Count).Select(i => (long)i)];

    /// <summary>The row of each index, in patches of the first grid; one entry more, for a [CLS] in the middle.</summary>
    public double[] Rows => ByIndex(rows, grid => (grid.Rows - 1) / 2.0);

    /// <summary>The column of each index, in patches of the first grid; one entry more, for a [CLS] in the middle.</summary>
    public double[] Columns => ByIndex(columns, grid => (grid.Columns - 1) / 2.0);

    /// <summary>A plain grid, for an image that is one.</summary>
    public static implicit operator VisualLayout(VisualGrid grid) => new(new VisualRegion(grid.Rows, grid.Columns));

    /// <summary>Whether both have the same regions, as far apart in time.</summary>
    public bool Equals(VisualLayout? other) =>
        other is not null && Regions.SequenceEqual(other.Regions) && SecondsPerStep == other.SecondsPerStep;

    /// <inheritdoc/>
    public override int GetHashCode() => Regions.Aggregate(Regions.Count, HashCode.Combine);

    private double[] ByIndex(double[] places, Func<VisualGrid, double> middle)
    {
        if (Grid is not { } grid)
            return [.. places, 0];
        var patches = grid.Rows * grid.Columns;
        return [.. places[^patches..], middle(grid)];
    }
}
