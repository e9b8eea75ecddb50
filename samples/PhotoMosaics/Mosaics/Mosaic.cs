using PhotoMosaics.Photos;

namespace PhotoMosaics.Mosaics;

/// <summary>Sixteen photographs in four rows of four.</summary>
/// <param name="Photos">The photographs, row by row.</param>
public sealed record Mosaic(IReadOnlyList<Photo> Photos)
{
    /// <summary>Photographs in a row, and in a column.</summary>
    public const int Grid = 4;

    /// <summary>Photographs in all.</summary>
    public const int Cells = Grid * Grid;

    /// <summary>Pixels on each side of the image.</summary>
    public const int Side = Grid * Photo.Side;

    /// <summary>The class of the photograph in a row and a column, both from 0.</summary>
    public int this[int row, int column] => Photos[row * Grid + column].Class;

    /// <summary>The image.</summary>
    public RgbImage ToImage()
    {
        var pixels = new byte[Side * Side * 3];
        for (var cell = 0; cell < Cells; cell++)
            for (var y = 0; y < Photo.Side; y++)
            {
                var corner = (cell / Grid * Photo.Side + y) * Side + cell % Grid * Photo.Side;
                Photos[cell].Pixels.AsSpan(y * Photo.Side * 3, Photo.Side * 3).CopyTo(pixels.AsSpan(corner * 3));
            }
        return new(Side, Side, pixels);
    }
}
