using ScenesVqa.Scenes;
using static TorchSharp.torch;

namespace ScenesVqa.Training;

/// <summary>What lies under the cells of some scenes. The tensors belong to the caller's dispose scope.</summary>
internal sealed class TowerBatch
{
    /// <param name="scenes">The scenes.</param>
    /// <param name="cell">Pixels on each side of a cell.</param>
    public TowerBatch(IReadOnlyList<Scene> scenes, int cell)
    {
        var values = scenes.Select(scene => new DenseLabels(scene, cell).Values).ToList();
        var pairs = new float[scenes.Count * PairCount];
        var summary = new long[4][];
        for (var i = 0; i < 4; i++)
            summary[i] = new long[scenes.Count];

        for (var s = 0; s < scenes.Count; s++)
        {
            foreach (var shape in scenes[s].Shapes)
                pairs[s * PairCount + (int)shape.Colour * 6 + (int)shape.Kind] = 1;
            summary[0][s] = scenes[s].Number / 10;
            summary[1][s] = scenes[s].Number % 10;
            summary[2][s] = (int)scenes[s].Bars.MaxBy(b => b.Level)!.Colour;
            summary[3][s] = (int)scenes[s].Bars.MinBy(b => b.Level)!.Colour;
        }
        Labels = [.. DenseLabels.Classes.Select((_, i) => tensor(values.SelectMany(labels => labels[i]).Select(label => (long)label).ToArray()))];
        Pairs = tensor(pairs, [scenes.Count, PairCount]);
        Summary = [.. summary.Select(v => tensor(v))];
    }

    /// <summary>Pairs of colour and kind.</summary>
    public const int PairCount = 36;

    /// <summary>What the whole image is asked for besides the pairs: tens, units, tallest and shortest bar's colour.</summary>
    public static readonly int[] SummaryClasses = [10, 10, 6, 6];

    /// <summary>Per dense label, class indices of the cells of all scenes, (N); −1 where there is none.</summary>
    public Tensor[] Labels { get; }

    /// <summary>Which pairs of colour and kind are there, (B, 36) of 0 and 1.</summary>
    public Tensor Pairs { get; }

    /// <summary>Per entry of <see cref="SummaryClasses"/>, (B) class indices.</summary>
    public Tensor[] Summary { get; }

    public static RgbImage Image(Scene scene) => new(scene.Width, scene.Height, scene.Pixels);
}
