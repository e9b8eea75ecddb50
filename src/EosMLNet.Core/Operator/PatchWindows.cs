using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Operator;

/// <summary>
/// Geometry of the patch grid: cutting it into windows, and where tokens lie in them. Tokens are known by their patch index, so all of this
/// still holds after earlier sites have removed tokens. Index rows · columns, the [CLS] token's, lies in the middle of the grid and in no
/// window.
/// </summary>
internal static class PatchWindows
{
    private const long NoWindow = -1;

    /// <summary>Row and column of each token, in patches.</summary>
    public static Tensor Coordinates(Tensor index, VisualLayout layout, ScalarType dtype) => // (I, n) -> (I, n, 2)
        stack([LookUp(tensor(layout.Rows, dtype), index), LookUp(tensor(layout.Columns, dtype), index)], -1);

    /// <summary>
    /// The window of each token, when the grid is cut into <paramref name="count"/> of them; −1 for a token that is no patch.
    /// </summary>
    public static Tensor WindowOf(Tensor index, VisualLayout layout, int count) // (I, n) -> (I, n)
    {
        var grid = GridOrThrow(layout);
        var cut = CutOrThrow(grid, count);
        long[] windows = [.. Patches(grid).Select(p => (long)RowWindow(p.Row) * cut.Columns + ColumnWindow(p.Column)), NoWindow];
        return LookUp(tensor(windows), index);

        int RowWindow(int row) => row * cut.Rows / grid.Rows;
        int ColumnWindow(int column) => column * cut.Columns / grid.Columns;
    }

    /// <summary>
    /// Whether each token is, of those present, the nearest to its window's middle; the lowest patch index of several equally near ones.
    /// </summary>
    public static Tensor IsCentre(Tensor index, VisualLayout layout, int count) // (I, n) -> (I, n), bool
    {
        var grid = GridOrThrow(layout);
        var window = WindowOf(index, grid, count);
        var distance = LookUp(tensor(DistancesToMiddle(grid, CutOrThrow(grid, count))), index);
        var places = Scalars.Full(grid.Rows * grid.Columns + 1, [], ScalarType.Int64, index.device);
        var rank = distance.mul(places).Add(index); // unique: distance first, then index
        var sameWindow = window.unsqueeze(2).eq(window.unsqueeze(1));                                       // (I, n, n)
        var nearer = rank.unsqueeze(1).lt(rank.unsqueeze(2));
        return sameWindow.logical_and(nearer).any(-1).logical_not().logical_and(window.Gt(NoWindow));
    }

    // Squared, and in half patches so that the middle of an even number of patches is a whole number.
    private static long[] DistancesToMiddle(VisualGrid grid, VisualGrid cut)
    {
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

    private static VisualGrid GridOrThrow(VisualLayout layout) => layout.Grid ?? throw new EosException(EosErrors.PlanMismatch,
        "The plan cuts the patch grid into windows, but this image's visual tokens lie on several grids, or have newlines between them. " +
        "Use a plan without the score grid and without a window mask.");

    private static VisualGrid CutOrThrow(VisualGrid grid, int count) => PatchGrid.Cut(grid, count)
        ?? throw new EosException(EosErrors.PlanMismatch,
            $"The patch grid of {grid.Rows} x {grid.Columns} cannot be cut into {count} windows in rows and columns. " +
            "Choose another number of tokens to keep, or a score and mask without windows.");

    private static Tensor LookUp(Tensor table, Tensor index) =>
        table.Upload(index.device).index_select(0, index.flatten()).reshape(index.shape);
}
