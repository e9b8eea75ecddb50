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
    /// <summary>Row and column of each token, in patches.</summary>
    public static Tensor Coordinates(Tensor index, VisualLayout layout, ScalarType dtype) => // (I, n) -> (I, n, 2)
        stack([LookUp(tensor(layout.Rows, dtype), index), LookUp(tensor(layout.Columns, dtype), index)], -1);

    /// <summary>
    /// The window of each token, when the grid is cut into <paramref name="count"/> of them; −1 for a token that is no patch.
    /// </summary>
    public static Tensor WindowOf(Tensor index, VisualLayout layout, int count) => // (I, n) -> (I, n)
        LookUp(tensor(PatchTables.Windows(layout, count)), index);

    /// <summary>
    /// Whether each token is, of those present, the nearest to its window's middle; the lowest patch index of several equally near ones.
    /// </summary>
    public static Tensor IsCentre(Tensor index, VisualLayout layout, int count) // (I, n) -> (I, n), bool
    {
        var window = WindowOf(index, layout, count);
        var distance = LookUp(tensor(PatchTables.DistancesToMiddle(layout, count)), index);
        var places = Scalars.Full(layout.Rows.Length, [], ScalarType.Int64, index.device);
        var rank = distance.mul(places).Add(index); // unique: distance first, then index
        var sameWindow = window.unsqueeze(2).eq(window.unsqueeze(1));                                       // (I, n, n)
        var nearer = rank.unsqueeze(1).lt(rank.unsqueeze(2));
        return sameWindow.logical_and(nearer).any(-1).logical_not().logical_and(window.Gt(PatchTables.NoWindow));
    }

    private static Tensor LookUp(Tensor table, Tensor index) =>
        table.Upload(index.device).index_select(0, index.flatten()).reshape(index.shape);
}
