using EosMLNet;

namespace PhotoMosaics.Tests.Photos;

public sealed class PhotoAlbumTests : IDisposable
{
    private readonly PhotoFolder photos = new();

    [Fact]
    public void Every_picture_of_every_folder_is_read_with_its_class()
    {
        var album = photos.Album;
        Assert.Equal(PhotoFolder.Classes, album.Classes);
        Assert.Equal([40, 40, 40], album.Photos.Select(photos => photos.Count));
        foreach (var photo in album.Photos.SelectMany(photos => photos))
        {
            Assert.Equal(album.Classes[photo.Class], Path.GetFileName(Path.GetDirectoryName(photo.File)));
            Assert.Equal(RgbImage.Decode(photo.File).Pixels.ToArray(), photo.Pixels);
        }
    }

    [Fact]
    public void Only_the_named_classes_are_read() => Assert.Equal(["leaf", "sea"], PhotoAlbum.Read(photos.Folder, ["sea", "leaf"]).Classes);

    [Theory]
    [InlineData(64, 64)]
    [InlineData(96, 40)]
    [InlineData(20, 50)]
    public void Pictures_of_other_sizes_are_made_square_and_keep_their_colour(int width, int height)
    {
        using var large = new PhotoFolder(16, width, height);
        foreach (var photo in large.Album.Photos.SelectMany(photos => photos))
        {
            Assert.Equal(Photo.Side * Photo.Side * 3, photo.Pixels.Length);
            var means = Enumerable.Range(0, 3).Select(c => photo.Pixels.Where((_, i) => i % 3 == c).Average(value => value)).ToArray();
            Assert.InRange(means[photo.Class], 190, 225);
            Assert.All(means.Where((_, c) => c != photo.Class), mean => Assert.InRange(mean, 35, 60));
        }
    }

    [Fact]
    public void Parts_share_no_photograph_and_together_have_all()
    {
        var album = photos.Album;
        var parts = album.Deal(seed: 5, 0.5, 0.25, 0.25);
        Assert.Equal([20, 10, 10], parts.Select(part => part.Photos[0].Count));
        var dealt = parts.SelectMany(part => part.Photos.SelectMany(photos => photos)).Select(photo => photo.File).ToList();
        Assert.Equal(dealt.Count, dealt.Distinct().Count());
        Assert.Equal(album.Photos.SelectMany(photos => photos).Select(photo => photo.File).Order(), dealt.Order());
    }

    [Fact]
    public void A_missing_folder_is_named() => Expect(EosErrors.FileMissing, "nowhere", () => PhotoAlbum.Read("nowhere"));

    [Fact]
    public void A_missing_class_is_named() => Expect(EosErrors.FileMissing, "pear", () => PhotoAlbum.Read(photos.Folder, ["leaf", "pear"]));

    [Fact]
    public void One_class_is_too_few() => Expect(EosErrors.EmptyDataset, "1 classes", () => PhotoAlbum.Read(photos.Folder, ["leaf"]));

    [Fact]
    public void A_class_without_enough_pictures_is_named()
    {
        photos.Add("wood", 15);
        Expect(EosErrors.EmptyDataset, "has 15 pictures", () => photos.Album);
    }

    [Fact]
    public void A_class_whose_name_is_no_word_is_named()
    {
        photos.Add("Old wood", 16);
        Expect(EosErrors.InvalidOption, "'Old wood'", () => photos.Album);
    }

    [Fact]
    public void A_file_that_is_no_picture_is_named()
    {
        File.WriteAllText(Path.Combine(photos.Folder, "leaf", "zzz.png"), "no picture");
        Expect(EosErrors.UnreadableImage, "zzz.png", () => photos.Album);
    }

    [Fact]
    public void Too_few_photographs_for_as_many_parts_are_told() =>
        Expect(EosErrors.EmptyDataset, "too few for 2 parts", () => photos.Album.Deal(seed: 1, 0.999, 0.001));

    private static void Expect(string code, string text, Func<object> act)
    {
        var error = Assert.Throws<EosException>(act);
        Assert.Equal(code, error.Code);
        Assert.Contains(text, error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => photos.Dispose();
}
