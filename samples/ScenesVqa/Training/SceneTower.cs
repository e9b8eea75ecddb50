using ScenesVqa.Scenes;

namespace ScenesVqa.Training;

/// <summary>What a tower learns about scenes: <see cref="DenseLabels"/>, which pairs of colour and kind are there, the number, two bars.</summary>
internal static class SceneTower
{
    private const int Kinds = 6, Pairs = 36;

    // In the order of DenseLabels.Names: the kind of shape is the hardest to see, and what is merely helpful counts less. What needs a look at other
    // cells comes late, and only where it counts much.
    private static readonly double[] Weights = [1, 2, 1, 1, 0.5, 1, 0.3, 0.3, 3, 3, 1.5, 1.5];

    public static readonly TowerTask Task = new(
        [.. DenseLabels.Names.Select((name, i) =>
            new CellLabel(name, DenseLabels.Classes[i], Weights[i], i is DenseLabels.Column or DenseLabels.Row))],
        Pairs, [("tens", 10), ("units", 10), ("tallest", 6), ("shortest", 6)]);

    /// <summary>The labels of one scene.</summary>
    /// <param name="scene">The scene.</param>
    /// <param name="cell">Pixels on each side of a cell.</param>
    public static TowerLabels LabelsOf(Scene scene, int cell)
    {
        var pairs = new float[Pairs];
        foreach (var shape in scene.Shapes)
            pairs[(int)shape.Colour * Kinds + (int)shape.Kind] = 1;
        return new(new DenseLabels(scene, cell).Values, pairs, [
            scene.Number / 10, scene.Number % 10, (int)scene.Bars.MaxBy(b => b.Level)!.Colour, (int)scene.Bars.MinBy(b => b.Level)!.Colour]);
    }
}
