using PhotoMosaics.Mosaics;
using PhotoMosaics.Photos;
using ScenesVqa.Training;

namespace PhotoMosaics.Training;

/// <summary>What a tower learns about photographs, first one by one, then in mosaics.</summary>
internal static class MosaicTower
{
    private const int Column = 1, Row = 2, FirstNeighbour = 5;

    /// <summary>About one photograph: its class, from each of its cells and from the [CLS] token.</summary>
    public static TowerTask OfPhotos(int classes) => new([new CellLabel("class", classes, 1)], 0, [("photo", classes)]);

    /// <summary>
    /// About a mosaic: the class of the photograph that a cell shows a part of, where it is, how many of its class are in its row and its column,
    /// and the classes beside it; from the [CLS] token how many there are of each class.
    /// </summary>
    public static TowerTask OfMosaics(IReadOnlyList<string> classes) => new(
        [
            new("class", classes.Count, 2), new("column", Mosaic.Grid, 0.2), new("row", Mosaic.Grid, 0.2),
            new("of row", Mosaic.Grid, 0.4), new("of column", Mosaic.Grid, 0.4),
            .. Directions.Select(way => new CellLabel(way.Word, classes.Count, 0.2)),
        ],
        0, [.. classes.Select(name => (name, Mosaic.Cells + 1))]);

    private static readonly (string Word, int Down, int Across)[] Directions = [("left", 0, -1), ("right", 0, 1), ("above", -1, 0), ("below", 1, 0)];

    /// <summary>The labels of a photograph of so many cells.</summary>
    public static TowerLabels LabelsOf(Photo photo, int cells)
    {
        var classes = new sbyte[cells];
        Array.Fill(classes, (sbyte)photo.Class);
        return new([classes], [], [photo.Class]);
    }

    /// <summary>The labels of a mosaic.</summary>
    /// <param name="mosaic">The mosaic.</param>
    /// <param name="classes">How many classes there are.</param>
    /// <param name="side">Cells on each side of a photograph.</param>
    public static TowerLabels LabelsOf(Mosaic mosaic, int classes, int side)
    {
        var across = Mosaic.Grid * side;
        var labels = Enumerable.Range(0, FirstNeighbour + Directions.Length).Select(_ => new sbyte[across * across]).ToArray();
        for (var cell = 0; cell < across * across; cell++)
        {
            var (row, column) = (cell / across / side, cell % across / side);
            var kind = mosaic[row, column];
            labels[0][cell] = (sbyte)kind;
            labels[Column][cell] = (sbyte)column;
            labels[Row][cell] = (sbyte)row;
            labels[Row + 1][cell] = (sbyte)(Enumerable.Range(0, Mosaic.Grid).Count(c => mosaic[row, c] == kind) - 1);
            labels[Row + 2][cell] = (sbyte)(Enumerable.Range(0, Mosaic.Grid).Count(r => mosaic[r, column] == kind) - 1);
            foreach (var (i, (_, down, along)) in Directions.Index())
                labels[FirstNeighbour + i][cell] = (sbyte)(Inside(row + down) && Inside(column + along) ? mosaic[row + down, column + along] : -1);
        }
        return new(labels, [], [.. Enumerable.Range(0, classes).Select(kind => (long)mosaic.Photos.Count(photo => photo.Class == kind))]);

        static bool Inside(int at) => at is >= 0 and < Mosaic.Grid;
    }
}
