using System.Security.Cryptography;
using ScenesVqa.Scenes;

namespace ScenesVqa.Tests.Scenes;

public class SceneGeneratorTests
{
    private static readonly List<Scene> Sample = [.. Enumerable.Range(0, 200).Select(i => new SceneGenerator(5).Draw(i))];

    [Fact]
    public void The_same_seed_draws_the_same_bytes_on_every_machine()
    {
        var bytes = Enumerable.Range(0, 20).SelectMany(i => new SceneGenerator(1).Draw(i).Pixels).ToArray();
        Assert.Equal("5f15fe256a5159ad", Convert.ToHexStringLower(SHA256.HashData(bytes))[..16]);
    }

    [Fact]
    public void Images_of_one_seed_and_of_other_seeds_differ() =>
        Assert.Equal(600, Enumerable.Range(1, 3).SelectMany(seed => Enumerable.Range(0, 200).Select(i => Convert.ToHexString(SHA256.HashData(new SceneGenerator(seed).Draw(i).Pixels)))).Distinct().Count());

    [Fact]
    public void Things_stay_inside_the_image_and_apart() => Assert.All(Sample, scene =>
    {
        var boxes = scene.Shapes.Select(s => s.Box).Append(scene.NumberPanel).Append(scene.ChartPanel).ToList();
        Assert.All(boxes, b => Assert.True(b.X >= 0 && b.Y >= 0 && b.X + b.Width <= Scene.Size && b.Y + b.Height <= Scene.Size));
        Assert.All(boxes, a => Assert.Single(boxes, b => a.Touches(b, 1)));
    });

    [Fact]
    public void Every_image_has_shapes_a_number_and_a_chart() => Assert.All(Sample, scene =>
    {
        Assert.InRange(scene.Shapes.Count, 3, 5);
        Assert.Equal(scene.Shapes.Count, scene.Shapes.Select(s => (s.Kind, s.Colour)).Distinct().Count());
        Assert.InRange(scene.Number, 10, 99);
        Assert.InRange(scene.Bars.Count, 3, 4);
        Assert.Equal(scene.Bars.Count, scene.Bars.Select(b => b.Level).Distinct().Count());
        Assert.Equal(scene.Bars.Count, scene.Bars.Select(b => b.Colour).Distinct().Count());
    });

    [Fact]
    public void Patches_are_labelled_with_what_covers_them() => Assert.All(Sample, scene =>
    {
        var labels = new DenseLabels(scene).Values;
        Assert.All(scene.Shapes, shape =>
        {
            var patch = shape.DoubleCentreY / (2 * DenseLabels.Patch) * DenseLabels.Grid + shape.DoubleCentreX / (2 * DenseLabels.Patch);
            if (shape.Kind == ShapeKind.Ring)
                return; // its middle is background
            Assert.Equal((sbyte)shape.Kind, labels[1][patch]);
            Assert.Equal((sbyte)shape.Colour, labels[2][patch]);
        });
        foreach (var (values, classes) in labels.Zip(DenseLabels.Classes))
            Assert.All(values, v => Assert.InRange(v, -1, classes - 1));
    });
}
