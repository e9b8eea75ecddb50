namespace ScenesVqa.Scenes;

/// <summary>Draws scenes. The same seed, size and index give the same image, byte for byte, on every machine.</summary>
/// <param name="seed">The stream's seed.</param>
/// <param name="width">Pixels a row. Larger images hold as many things, of the same sizes, further apart.</param>
/// <param name="height">Rows of pixels.</param>
public sealed class SceneGenerator(int seed, int width = Scene.Size, int height = Scene.Size)
{
    private const int Margin = 2, BarWidth = 6, BarGap = 2, LevelHeight = 4, Levels = 6;
    private const int PlacementTrials = 40;

    private static readonly int KindCount = Enum.GetValues<ShapeKind>().Length, ColourCount = Enum.GetValues<SceneColour>().Length;

    /// <summary>Image <paramref name="index"/> of this generator's stream.</summary>
    public Scene Draw(long index)
    {
        var random = SceneRandom.For(seed, index);
        while (true) // a layout in which something finds no room is thrown away; about one in fifty
            if (TryDraw(random) is { } scene)
                return scene;
    }

    private Scene? TryDraw(SceneRandom random)
    {
        var taken = new List<Box>();
        var barCount = random.Next(3, 5);
        // Panels stand on a four-pixel grid: still every alignment that matters to patches of eight, but fewer to learn.
        var chart = Place(random, barCount * (BarWidth + BarGap) + BarGap + 2, 2 + LevelHeight * Levels + 6, grid: 4, taken);
        var number = Place(random, 28, 20, grid: 4, taken);
        if (chart is not { } chartPanel || number is not { } numberPanel)
            return null;

        var shapes = new List<SceneShape>();
        foreach (var (kind, colour) in ChooseShapes(random))
        {
            var size = random.Next(14, 19);
            if (Place(random, size, size, grid: 1, taken) is not { } box)
                return null;
            shapes.Add(new SceneShape(kind, colour, box));
        }
        return Paint(random, shapes, random.Next(10, 100), numberPanel, ChooseBars(random, barCount, chartPanel), chartPanel);
    }

    private Box? Place(SceneRandom random, int across, int down, int grid, List<Box> taken)
    {
        for (var trial = 0; trial < PlacementTrials; trial++)
        {
            var box = new Box(grid * random.Next((width - across) / grid + 1), grid * random.Next((height - down) / grid + 1), across, down);
            if (taken.Exists(other => other.Touches(box, Margin)))
                continue;
            taken.Add(box);
            return box;
        }
        return null;
    }

    // Distinct pairs of kind and colour. Up to four of them share the kind (or the colour), so that "how many" has answers above one;
    // one kind and one colour occur exactly once, so that "what colour is the circle" and "what shape is red" can be asked of every image.
    private static List<(ShapeKind Kind, SceneColour Colour)> ChooseShapes(SceneRandom random)
    {
        while (true)
        {
            var count = random.Pick([3, 4, 4, 5, 5, 5]);
            var alike = Math.Min(random.Pick([1, 2, 3, 3, 4, 4]), count - 1);
            var sameKind = random.Chance(0.5);
            int kind = random.Next(KindCount), colour = random.Next(ColourCount);
            var pairs = new HashSet<(ShapeKind, SceneColour)>();
            while (pairs.Count < alike)
                pairs.Add(sameKind ? ((ShapeKind)kind, (SceneColour)random.Next(ColourCount)) : ((ShapeKind)random.Next(KindCount), (SceneColour)colour));
            while (pairs.Count < count)
                pairs.Add(((ShapeKind)random.Next(KindCount), (SceneColour)random.Next(ColourCount)));
            var list = pairs.ToList();
            if (list.GroupBy(p => p.Item1).Any(g => g.Count() == 1) && list.GroupBy(p => p.Item2).Any(g => g.Count() == 1))
                return list;
        }
    }

    private static List<SceneBar> ChooseBars(SceneRandom random, int count, Box panel)
    {
        int[] colours = random.Permutation(ColourCount), levels = random.Permutation(Levels);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            var height = 4 + LevelHeight * levels[i];
            return new SceneBar((SceneColour)colours[i], levels[i],
                new Box(panel.X + 1 + BarGap + i * (BarWidth + BarGap), panel.Y + panel.Height - 3 - height, BarWidth, height));
        })];
    }

    private Scene Paint(SceneRandom random, List<SceneShape> shapes, int number, Box numberPanel, List<SceneBar> bars, Box chartPanel)
    {
        var painter = new Painter(random, width, height);
        painter.PaintNumber(number, numberPanel);
        painter.PaintChart(bars, chartPanel);
        for (var i = 0; i < shapes.Count; i++)
            painter.PaintShape(shapes[i], (byte)(i + 1));
        return new Scene
        {
            Width = width, Height = height, Pixels = painter.Pixels, Things = painter.Things, Shapes = shapes, Number = number, NumberPanel = numberPanel, Bars = bars, ChartPanel = chartPanel,
        };
    }
}
