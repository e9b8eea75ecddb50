namespace EosMLNet.Checkpoints;

/// <summary>
/// The geometry of images in tiles of any resolution ("anyres"): which resolution an image is resized to, how it is cut in tiles,
/// and how many visual tokens it becomes. Gives the numbers of transformers' code, its floating-point rounding included.
/// </summary>
public static class AnyResolution
{
    private const double LargestRatio = 1.1; // above it features are shrunk

    /// <summary>
    /// The resolution in which most of an image's pixels are seen; among equals the one with the least padding, then the first.
    /// </summary>
    /// <param name="image">The image's size.</param>
    /// <param name="pinpoints">The resolutions to choose from, at least one.</param>
    /// <exception cref="ArgumentException">There are no resolutions.</exception>
    public static ImageSize BestResolution(ImageSize image, IReadOnlyList<ImageSize> pinpoints)
    {
        if (pinpoints.Count == 0)
            throw new ArgumentException("There is no resolution to choose.", nameof(pinpoints));
        var (best, most, least) = (pinpoints[0], -1L, 0L);
        foreach (var candidate in pinpoints)
        {
            var scale = Math.Min((double)candidate.Width / image.Width, (double)candidate.Height / image.Height);
            var shown = Math.Min((long)(image.Width * scale) * (long)(image.Height * scale), (long)image.Width * image.Height);
            var wasted = (long)candidate.Width * candidate.Height - shown;
            if (shown > most || shown == most && wasted < least)
                (best, most, least) = (candidate, shown, wasted);
        }
        return best;
    }

    /// <summary>The size that an image is resized to so that it just fits into a resolution, its proportions kept.</summary>
    /// <param name="image">The image's size.</param>
    /// <param name="resolution">What it has to fit into.</param>
    public static ImageSize FittedSize(ImageSize image, ImageSize resolution)
    {
        var (across, down) = ((double)resolution.Width / image.Width, (double)resolution.Height / image.Height);
        return across < down
            ? resolution with { Height = Math.Min((int)Math.Ceiling(image.Height * across), resolution.Height) }
            : resolution with { Width = Math.Min((int)Math.Ceiling(image.Width * down), resolution.Width) };
    }

    /// <summary>The rows and columns of tiles that a resolution is cut into.</summary>
    /// <param name="resolution">The resolution, whose sides are multiples of <paramref name="side"/>.</param>
    /// <param name="side">A tile's side in pixels.</param>
    public static ImageSize TileGrid(ImageSize resolution, int side) => new(resolution.Height / side, resolution.Width / side);

    /// <summary>
    /// The part of a grid of features that shows the image. As many rows (or columns) are cut at one end as at the other: where the padding
    /// is odd, one row of it stays.
    /// </summary>
    /// <param name="image">The image's size.</param>
    /// <param name="grid">The size of the grid over all tiles.</param>
    public static FeatureWindow Unpadded(ImageSize image, ImageSize grid)
    {
        if ((double)image.Width / image.Height > (double)grid.Width / grid.Height)
        {
            var rows = Rounded(image.Height * ((double)grid.Width / image.Width));
            var cut = (grid.Height - rows) / 2;
            return new(cut, 0, grid with { Height = grid.Height - 2 * cut });
        }
        var columns = Rounded(image.Width * ((double)grid.Height / image.Height));
        var aside = (grid.Width - columns) / 2;
        return new(0, aside, grid with { Width = grid.Width - 2 * aside });
    }

    /// <summary>What a grid of features is shrunk to where it has many more cells than <c>anyres_max_N</c> allows.</summary>
    /// <param name="grid">The grid's size without padding.</param>
    /// <param name="maxTiles">N: as many tiles' cells are allowed.</param>
    /// <param name="patchesPerSide">Cells on a tile's side.</param>
    /// <returns>The smaller size; the same one where it is at most 1.1 times too large on its sides.</returns>
    public static ImageSize Shrunk(ImageSize grid, int maxTiles, int patchesPerSide)
    {
        var ratio = Math.Sqrt((double)((long)grid.Height * grid.Width) / ((long)maxTiles * patchesPerSide * patchesPerSide));
        return ratio > LargestRatio ? new((int)FloorDivide(grid.Height, ratio), (int)FloorDivide(grid.Width, ratio)) : grid;
    }

    /// <summary>
    /// How many visual tokens an image becomes: those of the whole image, and those of the tiles without their padding, with one for a new
    /// line behind each row.
    /// </summary>
    /// <param name="image">The image's size.</param>
    /// <param name="pinpoints">The resolutions to choose from.</param>
    /// <param name="side">A tile's side in pixels.</param>
    /// <param name="patchesPerSide">Tokens on a tile's side.</param>
    /// <param name="maxTiles">N of <c>anyres_max_N</c>; null for no limit.</param>
    public static int TokenCount(ImageSize image, IReadOnlyList<ImageSize> pinpoints, int side, int patchesPerSide, int? maxTiles = null)
    {
        var tiles = TileGrid(BestResolution(image, pinpoints), side);
        var grid = Unpadded(image, new(tiles.Height * patchesPerSide, tiles.Width * patchesPerSide)).Size;
        if (maxTiles is { } most)
            grid = Shrunk(grid, most, patchesPerSide);
        return patchesPerSide * patchesPerSide + grid.Height * (grid.Width + 1);
    }

    // Python's int(round(x, 7)).
    private static int Rounded(double x) => (int)Math.Round(x, 7);

    // Python's x // y. It is not Floor(x / y): that quotient may have been rounded up to the next whole number.
    private static double FloorDivide(double x, double y)
    {
        var quotient = (x - x % y) / y;
        var floor = Math.Floor(quotient);
        return quotient - floor > 0.5 ? floor + 1 : floor;
    }
}
