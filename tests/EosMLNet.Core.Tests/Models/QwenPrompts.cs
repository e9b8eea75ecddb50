using EosMLNet.Models;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Models;

/// <summary>
/// Seeded prompts of a Qwen-VL family's golden checkpoint with images and videos of any size, as random numbers. Tensors are in the
/// caller's dispose scope.
/// </summary>
internal sealed class QwenPrompts
{
    private const int Image = 303, Video = 304, Merge = 2, Patch = 8;

    private readonly VisionLanguageModel model;
    private readonly Random random;
    private readonly List<(int Row, Tensor Pixels, ImageShape Shape)> images = [];

    internal QwenPrompts(VisionLanguageModel model, int seed, int rows)
    {
        (this.model, random) = (model, new Random(seed));
        Rows = [.. Enumerable.Range(0, rows).Select(Row)];
    }

    internal IReadOnlyList<int[]> Rows { get; }

    /// <summary>The images of all rows, or of one; null without any.</summary>
    internal VisionInput? Input(int? row = null)
    {
        var some = images.Where(image => row is null || image.Row == row).ToArray();
        return some.Length == 0 ? null
            : new VisionInput(cat([.. some.Select(image => image.Pixels)]), [.. some.Select(image => image.Shape)]);
    }

    private int[] Row(int row)
    {
        var ids = new List<int>(Text());
        for (var left = random.Next(4); left > 0; left--)
        {
            var isVideo = random.Next(3) == 0;
            var (steps, rows, columns) = (isVideo ? random.Next(2, 4) : 1, random.Next(1, 5), random.Next(1, 6));
            var parts = steps * rows * columns * Merge * Merge;
            var shape = new ImageShape(parts, rows * Merge * Patch, columns * Merge * Patch, isVideo, isVideo ? random.Next(1, 3) : 0);
            double[] values = [.. Enumerable.Range(0, parts * 384).Select(_ => 2 * random.NextDouble() - 1)];
            images.Add((row, tensor(values, [parts, 384]).to(model.DataType), shape));
            foreach (var _ in model.Shape.Stretches(model.LayoutOf(shape)))
                ids.AddRange([301, isVideo ? Video : Image, 302, .. Text()]);
        }
        return [.. ids];
    }

    private IEnumerable<int> Text() => Enumerable.Range(0, random.Next(1, 5)).Select(_ => random.Next(4, 290));
}
