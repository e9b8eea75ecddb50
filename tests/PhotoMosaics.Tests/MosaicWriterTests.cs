using PhotoMosaics.Mosaics;

namespace PhotoMosaics.Tests;

public sealed class MosaicWriterTests : IDisposable
{
    private readonly PhotoFolder photos = new(pictures: 100);
    private readonly string folder = Directory.CreateTempSubdirectory("mosaics").FullName;

    [Fact]
    public void Splits_read_back_and_share_no_photograph()
    {
        MosaicWriter.Write(folder, photos.Album, seed: 2, train: 20, validation: 10, test: 10);
        var splits = new[] { "train", "validation", "test" }
            .Select(s => VqaDataset.LoadTsv(Path.Combine(folder, s + ".tsv"), Path.Combine(folder, "images"))).ToList();
        Assert.Equal([20, 10, 10], splits.Select(s => s.Images.Count));
        Assert.All(splits, split => Assert.All(split.Images, image => Assert.Equal((Mosaic.Side, Mosaic.Side), (((RgbImage)image).Width, ((RgbImage)image).Height))));
        var used = splits.Select(split => split.Images.Cast<RgbImage>().SelectMany(Tiles).ToHashSet()).ToList();
        Assert.False(used[0].Overlaps(used[1]) || used[0].Overlaps(used[2]) || used[1].Overlaps(used[2]));
        var known = photos.Album.Photos.SelectMany(photos => photos).Select(photo => Convert.ToHexString(photo.Pixels)).ToHashSet();
        Assert.True(used.TrueForAll(known.IsSupersetOf));
    }

    [Fact]
    public void The_same_seed_writes_the_same_files()
    {
        var (first, second) = (Path.Combine(folder, "a"), Path.Combine(folder, "b"));
        MosaicWriter.Write(first, photos.Album, seed: 7, train: 3, validation: 2, test: 2);
        MosaicWriter.Write(second, photos.Album, seed: 7, train: 3, validation: 2, test: 2);
        var files = Directory.GetFiles(first, "*", SearchOption.AllDirectories);
        Assert.Equal(10, files.Length);
        Assert.All(files, file => Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(second, Path.GetRelativePath(first, file)))));
    }

    private static IEnumerable<string> Tiles(RgbImage image) =>
        from cell in Enumerable.Range(0, Mosaic.Cells)
        let corner = cell / Mosaic.Grid * Photo.Side * image.Width + cell % Mosaic.Grid * Photo.Side
        let rows = Enumerable.Range(0, Photo.Side).SelectMany(y => image.Pixels.Slice((corner + y * image.Width) * 3, Photo.Side * 3).ToArray())
        select Convert.ToHexString([.. rows]);

    public void Dispose()
    {
        photos.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
