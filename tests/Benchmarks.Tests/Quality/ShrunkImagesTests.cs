using Benchmarks.Quality;

namespace Benchmarks.Tests.Quality;

public class ShrunkImagesTests
{
    private const int Width = 12, Height = 8;

    [Fact]
    public void Fine_detail_is_gone_and_what_is_coarse_stays()
    {
        // Red is a chessboard of single pixels, green is on in the right half, blue is everywhere the same.
        var shrunk = ShrunkImages.Of(Image((x, y) => [(byte)((x + y) % 2 * 255), (byte)(x < Width / 2 ? 0 : 255), 200]));
        Assert.Equal((Width, Height), (shrunk.Width, shrunk.Height));
        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Width; x++)
            {
                var pixel = shrunk.Pixels.Span.Slice(3 * (y * Width + x), 3);
                Assert.InRange(pixel[0], 80, 175); // of 0 and 255
                Assert.Equal(x < Width / 2, pixel[1] < 128);
                Assert.Equal(200, pixel[2]);
            }
        }
    }

    [Fact]
    public void Rows_keep_their_order_and_ask_about_the_shrunk_images()
    {
        var rows = new VqaDataset.Builder();
        var (one, other) = (Image((x, y) => [(byte)(20 * x), 0, 0]), Image((x, y) => [0, (byte)(30 * y), 0]));
        rows.Add(one, "first", "a", "number");
        rows.Add(other, "second", "b", "chart");
        rows.Add(one, "third", "c", "count");
        var data = rows.Build();

        var shrunk = ShrunkImages.Of(data);
        Assert.Equal(data.Examples.Select(Texts), shrunk.Examples.Select(Texts));
        Assert.Equal(ShrunkImages.Of(one).Hash(), shrunk.Images[shrunk.Examples[2].Images[0]].Hash());
        Assert.Equal(ShrunkImages.Of(other).Hash(), shrunk.Images[shrunk.Examples[1].Images[0]].Hash());
        Assert.NotEqual(data.Fingerprint, shrunk.Fingerprint); // results on whole images are not taken for those on shrunk ones

        static (string, string, string) Texts(VqaExample row) => (row.Question, row.Answer, row.Family);
    }

    private static RgbImage Image(Func<int, int, byte[]> pixel) =>
        new(Width, Height, [.. Enumerable.Range(0, Width * Height).SelectMany(i => pixel(i % Width, i / Width))]);
}
