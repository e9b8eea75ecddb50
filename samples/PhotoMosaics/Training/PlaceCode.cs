using PhotoMosaics.Mosaics;
using static TorchSharp.torch;

namespace PhotoMosaics.Training;

/// <summary>
/// What a photograph's place in a mosaic adds to its position embeddings: one of four numbers for the row, one of four for the column. Queries
/// and keys begin with a common part that reads the code, so that attention begins within the photograph.
/// </summary>
internal static class PlaceCode
{
    /// <summary>Numbers of the code.</summary>
    public const int Length = 2 * Mosaic.Grid;

    private const int Width = MosaicBackbone.Width, HeadWidth = MosaicBackbone.HeadWidth;

    // With these a token begins by looking at its own photograph with nine tenths of its attention.
    private const double Size = 4.7, Gain = 0.97;

    /// <summary>The code of a place, (d).</summary>
    public static Tensor Of(int row, int column)
    {
        var values = new float[Width];
        for (var i = 0; i < Length; i++)
            values[i] = (float)(Size * ((i == column || i == row + Mosaic.Grid ? 1 : 0) - 1.0 / Mosaic.Grid));
        return tensor(values);
    }

    /// <summary>The part of query and key weights that reads it in each head, (d, d).</summary>
    public static Tensor Reader()
    {
        var values = new float[Width * Width];
        for (var row = 0; row < Width; row++)
            if (row % HeadWidth < Length)
                values[row * Width + row % HeadWidth] = (float)Gain;
        return tensor(values, [Width, Width]);
    }
}
