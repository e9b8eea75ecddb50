using System.Security.Cryptography;
using ScenesVqa.Scenes;

namespace ScenesVqa.Tests.Scenes;

public class SceneGeneratorTests
{
    private static readonly SceneStream Sizes = new(5, [new(96, 96), new(96, 144)]);
    private static readonly List<Scene> Sample = [.. Enumerable.Range(0, 200).Select(i => Sizes.Draw(i))];

    [Fact]
    public void The_same_seed_draws_the_same_bytes_on_every_machine()
    {
        var bytes = Enumerable.Range(0, 20).SelectMany(i => new SceneGenerator(1).Draw(i).Pixels).ToArray();
        Assert.Equal("5f15fe256a5159ad", Convert.ToHexStringLower(SHA256.HashData(bytes))[..16]);
    }

    [Fact]
    public void A_larger_image_of_the_same_seed_has_the_same_bytes_on_every_machine()
    {
        var bytes = Enumerable.Range(0, 20).SelectMany(i => new SceneGenerator(1, 144, 96).Draw(i).Pixels).ToArray();
        Assert.Equal(20 * 144 * 96 * 3, bytes.Length);
        Assert.Equal("4e5e6c3bf93f7f22", Convert.ToHexStringLower(SHA256.HashData(bytes))[..16]);
    }

    [Fact]
    public void Sizes_of_a_stream_take_turns() =>
        Assert.Equal([(96, 96), (96, 144), (96, 96), (96, 144)], Sample.Take(4).Select(scene => (scene.Height, scene.Width)));

    [Fact]
    public void Images_of_one_seed_and_of_other_seeds_differ() =>
        Assert.Equal(600, Enumerable.Range(1, 3).SelectMany(seed => Enumerable.Range(0, 200).Select(i => Convert.ToHexString(SHA256.HashData(new SceneGenerator(seed).Draw(i).Pixels)))).Distinct().Count());

    [Fact]
    public void Things_stay_inside_the_image_and_apart() => Assert.All(Sample, scene =>
    {
        var boxes = scene.Shapes.Select(s => s.Box).Append(scene.NumberPanel).Append(scene.ChartPanel).ToList();
        Assert.All(boxes, b => Assert.True(b.X >= 0 && b.Y >= 0 && b.X + b.Width <= scene.Width && b.Y + b.Height <= scene.Height));
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

    [Theory]
    [InlineData(8)]
    [InlineData(12)]
    public void Cells_are_labelled_with_what_covers_them(int cell) => Assert.All(Sample.Where(s => s.Width / cell <= DenseLabels.MostCells), scene =>
    {
        var labels = new DenseLabels(scene, cell).Values;
        var cells = Enumerable.Range(0, scene.Width / cell * (scene.Height / cell)).ToList();
        Assert.All(scene.Shapes, shape =>
        {
            var (column, row) = (shape.DoubleCentreX / (2 * cell), shape.DoubleCentreY / (2 * cell));
            var own = cells.FindAll(i => labels[1][i] == (sbyte)shape.Kind && labels[2][i] == (sbyte)shape.Colour);
            Assert.NotEmpty(own);
            Assert.All(own, i =>
            {
                Assert.Equal((column, row), (labels[DenseLabels.Column][i], labels[DenseLabels.Row][i]));
                Assert.True(Math.Abs(i % (scene.Width / cell) - column) <= 2 && Math.Abs(i / (scene.Width / cell) - row) <= 2);
            });
        });
        foreach (var (values, classes) in labels.Zip(DenseLabels.Classes))
        {
            Assert.Equal(cells.Count, values.Length);
            Assert.All(values, v => Assert.InRange(v, -1, classes - 1));
        }
    });
}
