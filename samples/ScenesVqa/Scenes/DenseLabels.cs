namespace ScenesVqa.Scenes;

/// <summary>What lies under each square cell of an image, known to the generator for free; −1 where a question about the cell has no answer.</summary>
public sealed class DenseLabels
{
    /// <summary>The most cells that an image may have in a row or a column.</summary>
    public const int MostCells = 16;

    /// <summary>How many values each label can take, in the order of <see cref="Values"/>.</summary>
    public static readonly int[] Classes = [5, 6, 6, 20, 6, 3, MostCells, MostCells, 6, 6, 5, 5];

    /// <summary>What the labels are called.</summary>
    public static readonly string[] Names =
        ["thing", "shape", "colour", "digit", "level", "rank", "column", "row", "tallest", "shortest", "of kind", "of colour"];

    /// <summary>Which of the labels are the column and the row.</summary>
    public const int Column = 6, Row = 7;

    private const int Background = 0, Shape = 1, Digit = 2, Bar = 3, Panel = 4;

    // A thing owns a cell when it covers at least ten of 64 parts of it and no other thing covers more.
    private readonly int cell, ownedPixels, columns;

    /// <summary>One array of as many numbers as cells, row by row, for each label: kind of thing, kind of shape, colour of the shape or bar, digit
    /// (tens 0 … 9, units 10 … 19), bar level, bar rank (shortest, middle, tallest), the cell column and row of the shape's centre, the colours of the tallest and the shortest
    /// bar where a bar is, and how many shapes have the shape's kind and its colour, less one.</summary>
    public sbyte[][] Values { get; }

    /// <summary>The labels of one scene.</summary>
    /// <param name="scene">The scene.</param>
    /// <param name="cell">Pixels on each side of a cell; divides the scene's width and height.</param>
    public DenseLabels(Scene scene, int cell)
    {
        (this.cell, ownedPixels, columns) = (cell, 10 * cell * cell / 64, scene.Width / cell);
        var count = columns * (scene.Height / cell);
        Values = [.. Classes.Select(_ => new sbyte[count])];
        foreach (var values in Values)
            Array.Fill(values, (sbyte)-1);
        for (var i = 0; i < count; i++)
            Label(scene, i);
    }

    private void Label(Scene scene, int at)
    {
        var thing = Owner(scene, at);
        if (thing == 0)
            Values[0][at] = Background;
        else if (thing == Painter.Panel)
            Values[0][at] = Panel;
        else if (thing >= Painter.FirstBar)
            LabelBar(scene.Bars, thing - Painter.FirstBar, at);
        else if (thing >= Painter.FirstDigit)
        {
            Values[0][at] = Digit;
            Values[3][at] = (sbyte)(thing == Painter.FirstDigit ? scene.Number / 10 : 10 + scene.Number % 10);
        }
        else
            LabelShape(scene.Shapes, scene.Shapes[thing - 1], at);
    }

    private void LabelShape(IReadOnlyList<SceneShape> shapes, SceneShape shape, int at)
    {
        Values[0][at] = Shape;
        Values[1][at] = (sbyte)shape.Kind;
        Values[2][at] = (sbyte)shape.Colour;
        Values[Column][at] = (sbyte)(shape.DoubleCentreX / (2 * cell));
        Values[Row][at] = (sbyte)(shape.DoubleCentreY / (2 * cell));
        Values[10][at] = (sbyte)(shapes.Count(other => other.Kind == shape.Kind) - 1);
        Values[11][at] = (sbyte)(shapes.Count(other => other.Colour == shape.Colour) - 1);
    }

    private void LabelBar(IReadOnlyList<SceneBar> bars, int bar, int at)
    {
        Values[0][at] = Bar;
        Values[2][at] = (sbyte)bars[bar].Colour;
        Values[4][at] = (sbyte)bars[bar].Level;
        Values[5][at] = (sbyte)(bars[bar].Level == bars.Min(b => b.Level) ? 0 : bars[bar].Level == bars.Max(b => b.Level) ? 2 : 1);
        Values[8][at] = (sbyte)bars.MaxBy(b => b.Level)!.Colour;
        Values[9][at] = (sbyte)bars.MinBy(b => b.Level)!.Colour;
    }

    private int Owner(Scene scene, int at)
    {
        Span<int> covered = stackalloc int[Painter.Panel + 1];
        covered.Clear();
        var corner = at / columns * cell * scene.Width + at % columns * cell;
        for (var y = 0; y < cell; y++)
            for (var x = 0; x < cell; x++)
                covered[scene.Things[corner + y * scene.Width + x]]++;

        var owner = 0;
        for (var thing = 1; thing < Painter.Panel; thing++)
            if (covered[thing] >= ownedPixels && (owner == 0 || covered[thing] > covered[owner]))
                owner = thing;
        return owner != 0 || covered[Painter.Panel] < ownedPixels ? owner : Painter.Panel;
    }
}
