using EosMLNet.Tool.Report;

namespace EosMLNet.Tool.Tests.Report;

public sealed class PictureStoreTests
{
    [Theory]
    [InlineData(null, 40, 20)]
    [InlineData(ImagePadding.Square, 40, 40)]
    [InlineData(ImagePadding.Crop, 20, 20)]
    public void Small_pictures_are_exact_and_as_the_model_sees_them(ImagePadding? padding, int width, int height)
    {
        var store = new PictureStore(padding, 1 << 20);
        Assert.Equal(0, store.Add(Image(40, 20)));
        var seen = Decoded(store.Pictures[0]);
        Assert.Equal((width, height), (seen.Width, seen.Height));
        var middle = 3 * (height / 2 * width + width / 2);
        Assert.Equal([20, 10, 7], seen.Pixels.Span.Slice(middle, 3).ToArray());
    }

    [Fact]
    public void Large_ones_are_made_smaller()
    {
        var store = new PictureStore(null, 1 << 20);
        store.Add(Image(1200, 600));
        var seen = Decoded(store.Pictures[0]);
        Assert.Equal((448, 224), (seen.Width, seen.Height));
        Assert.StartsWith("data:image/webp;base64,", store.Pictures[0]);
    }

    [Fact]
    public void A_picture_is_kept_once_and_what_has_no_room_is_counted()
    {
        var image = Image(16, 16);
        var store = new PictureStore(null, 1 << 20);
        Assert.Equal((0, 1, 0), (store.Add(image), store.Add(Image(16, 16)), store.Add(image)));
        Assert.Equal(2, store.Pictures.Count);
        var none = new PictureStore(null, 10);
        Assert.Null(none.Add(image));
        Assert.Equal((0, 1), (none.Pictures.Count, none.LeftOut));
    }

    // Red tells the column, green the row.
    private static RgbImage Image(int width, int height) => new(width, height,
        [.. Enumerable.Range(0, width * height).SelectMany(i => new[] { (byte)(i % width), (byte)(i / width), (byte)7 })]);

    private static RgbImage Decoded(string uri) => RgbImage.Decode(Convert.FromBase64String(uri[(uri.IndexOf(',') + 1)..]), "picture");
}
