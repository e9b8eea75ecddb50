using PhotoMosaics.Mosaics;
using PhotoMosaics.Training;

namespace PhotoMosaics.Tests.Training;

public sealed class MosaicTowerTests
{
    [Fact]
    public void The_labels_of_a_cell_are_those_of_its_photograph()
    {
        int[] kinds = [0, 1, 2, 0, 1, 1, 2, 2, 0, 0, 0, 0, 2, 1, 0, 1];
        var mosaic = new Mosaic([.. kinds.Select(kind => new Photo(kind, [], ""))]);
        var task = MosaicTower.OfMosaics(["a", "b", "c"]);
        var labels = MosaicTower.LabelsOf(mosaic, 3, side: 4);
        var names = task.Cells.Select(label => label.Name).ToList();
        Assert.Equal(names.Count, labels.Cells.Length);
        foreach (var (label, values) in task.Cells.Zip(labels.Cells))
            Assert.All(values, value => Assert.InRange(value, -1, label.Classes - 1));

        // The cell in row 9 and column 2 shows a part of the photograph in row 2 and column 0, both from 0.
        Dictionary<string, int> expected = new() { ["class"] = 0, ["column"] = 0, ["row"] = 2, ["of row"] = 3, ["of column"] = 1, ["left"] = -1, ["right"] = 0, ["above"] = 1, ["below"] = 2 };
        Assert.Equal(expected, names.ToDictionary(name => name, name => (int)labels.Cells[names.IndexOf(name)][9 * 16 + 2]));
        Assert.Equal([7, 5, 4], labels.Summary);
        Assert.Equal(["a", "b", "c"], task.Summary.Select(s => s.Name));
    }

    [Fact]
    public void A_varied_photograph_has_its_class_and_other_pixels()
    {
        using var photos = new PhotoFolder(16);
        var photo = photos.Album.Photos[1][0];
        var random = ScenesVqa.Scenes.SceneRandom.For(1, 1);
        var varied = Enumerable.Range(0, 20).Select(_ => Augmentation.Of(photo, random)).ToList();
        Assert.All(varied, other => Assert.Equal((photo.Class, photo.Pixels.Length), (other.Class, other.Pixels.Length)));
        Assert.Equal(20, varied.Select(other => Convert.ToHexString(other.Pixels)).Distinct().Count());
    }
}
