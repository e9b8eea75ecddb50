namespace ScenesVqa.Scenes;

/// <summary>What lies under each of the 12 × 12 patches, known to the generator for free; −1 where a question about the patch has no answer.</summary>
public sealed class DenseLabels
{
    /// <summary>Patches a side, and pixels a patch.</summary>
    public const int Grid = 12, Patch = 8;

    /// <summary>How many values each label can take, in the order of <see cref="Values"/>.</summary>
    public static readonly int[] Classes = [5, 6, 6, 20, 6, 3, Grid, Grid];

    /// <summary>What the labels are called.</summary>
    public static readonly string[] Names = ["thing", "shape", "colour", "digit", "level", "rank", "column", "row"];

    private const int Background = 0, Shape = 1, Digit = 2, Bar = 3, Panel = 4;

    // A thing owns a patch when it covers at least this many of its 64 pixels and no other thing covers more.
    private const int OwnedPixels = 10;

    /// <summary>One array of 144 for each label: kind of thing, kind of shape, colour of the shape or bar, digit (tens 0 … 9, units 10 … 19),
    /// bar level, bar rank (shortest, middle, tallest), and the patch column and row of the shape's centre.</summary>
    public sbyte[][] Values { get; } = [.. Classes.Select(_ => new sbyte[Grid * Grid])];

    /// <summary>The labels of one scene.</summary>
    public DenseLabels(Scene scene)
    {
        foreach (var values in Values)
            Array.Fill(values, (sbyte)-1);
        for (var patch = 0; patch < Grid * Grid; patch++)
            Label(scene, patch);
    }

    private void Label(Scene scene, int patch)
    {
        var thing = Owner(scene, patch);
        if (thing == 0)
            Values[0][patch] = Background;
        else if (thing == Painter.Panel)
            Values[0][patch] = Panel;
        else if (thing >= Painter.FirstBar)
            LabelBar(scene.Bars, thing - Painter.FirstBar, patch);
        else if (thing >= Painter.FirstDigit)
        {
            Values[0][patch] = Digit;
            Values[3][patch] = (sbyte)(thing == Painter.FirstDigit ? scene.Number / 10 : 10 + scene.Number % 10);
        }
        else
            LabelShape(scene.Shapes[thing - 1], patch);
    }

    private void LabelShape(SceneShape shape, int patch)
    {
        Values[0][patch] = Shape;
        Values[1][patch] = (sbyte)shape.Kind;
        Values[2][patch] = (sbyte)shape.Colour;
        Values[6][patch] = (sbyte)(shape.DoubleCentreX / (2 * Patch));
        Values[7][patch] = (sbyte)(shape.DoubleCentreY / (2 * Patch));
    }

    private void LabelBar(IReadOnlyList<SceneBar> bars, int bar, int patch)
    {
        Values[0][patch] = Bar;
        Values[2][patch] = (sbyte)bars[bar].Colour;
        Values[4][patch] = (sbyte)bars[bar].Level;
        Values[5][patch] = (sbyte)(bars[bar].Level == bars.Min(b => b.Level) ? 0 : bars[bar].Level == bars.Max(b => b.Level) ? 2 : 1);
    }

    private static int Owner(Scene scene, int patch)
    {
        Span<int> covered = stackalloc int[Painter.Panel + 1];
        covered.Clear();
        var corner = patch / Grid * Patch * Scene.Size + patch % Grid * Patch;
        for (var y = 0; y < Patch; y++)
            for (var x = 0; x < Patch; x++)
                covered[scene.Things[corner + y * Scene.Size + x]]++;

        var owner = 0;
        for (var thing = 1; thing < Painter.Panel; thing++)
            if (covered[thing] >= OwnedPixels && (owner == 0 || covered[thing] > covered[owner]))
                owner = thing;
        return owner != 0 || covered[Painter.Panel] < OwnedPixels ? owner : Painter.Panel;
    }
}
