using PhotoMosaics.Mosaics;

namespace PhotoMosaics.Tests.Mosaics;

public sealed class MosaicStreamTests : IDisposable
{
    private readonly PhotoFolder photos = new();

    [Fact]
    public void The_same_seed_composes_the_same_bytes_and_another_seed_others()
    {
        var album = photos.Album;
        byte[] Pixels(int seed, long index) => new MosaicStream(album, seed).Compose(index).ToImage().Pixels.ToArray();
        Assert.Equal(Pixels(3, 5), Pixels(3, 5));
        Assert.NotEqual(Pixels(3, 5), Pixels(4, 5));
        Assert.NotEqual(Pixels(3, 5), Pixels(3, 6));
    }

    [Fact]
    public void Each_photograph_lies_in_its_row_and_column_and_none_twice()
    {
        var stream = new MosaicStream(photos.Album, seed: 1);
        for (var index = 0; index < 50; index++)
        {
            var mosaic = stream.Compose(index);
            Assert.Equal(Mosaic.Cells, mosaic.Photos.Distinct(ReferenceEqualityComparer.Instance).Count());
            var image = mosaic.ToImage();
            for (var row = 0; row < Mosaic.Grid; row++)
                for (var column = 0; column < Mosaic.Grid; column++)
                    Assert.Equal(RgbImage.Decode(mosaic.Photos[row * Mosaic.Grid + column].File).Pixels.ToArray(), Cut(image, column * Photo.Side, row * Photo.Side));
        }
    }

    [Fact]
    public void Classes_differ_in_how_often_they_occur()
    {
        var stream = new MosaicStream(photos.Album, seed: 2);
        var counts = Enumerable.Range(0, 600).Select(index => stream.Compose(index).Photos.Count(photo => photo.Class == 0)).ToList();
        Assert.Contains(counts, count => count <= 1);
        Assert.Contains(counts, count => count >= 11);
        Assert.InRange(counts.Average(), 4.9, 5.8); // a third of 16
    }

    private static byte[] Cut(RgbImage image, int left, int top) =>
        [.. Enumerable.Range(0, Photo.Side).SelectMany(y => image.Pixels.Slice(((top + y) * image.Width + left) * 3, Photo.Side * 3).ToArray())];

    public void Dispose() => photos.Dispose();
}
