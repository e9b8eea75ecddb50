using System.Text.Json;

namespace EosMLNet.Tests.Images;

/// <summary>Against Golden/backbones/tables, where the published resolutions are.</summary>
public sealed class AnyResolutionTests
{
    private static readonly JsonElement Table =
        JsonDocument.Parse(File.ReadAllText(GoldenFiles.At("backbones", "tables", "resize-and-anyres.json"))).RootElement;

    [Theory]
    [InlineData("llava_onevision", 384, 27, 9)]
    [InlineData("llava_next", 336, 24, null)]
    public void Resolution_tiles_and_tokens_of_published_models_are_transformers_numbers(
        string kind, int side, int patchesPerSide, int? maxTiles)
    {
        ImageSize[] pinpoints = [.. Table.GetProperty("pinpoints").GetProperty(kind).EnumerateArray().Select(Size)];
        var rows = Table.GetProperty("anyres").EnumerateArray().Where(row => row.GetProperty("kind").GetString() == kind).ToArray();
        Assert.Equal(45, rows.Length);
        Assert.All(rows, row =>
        {
            var image = Size(row.GetProperty("size"));
            var best = AnyResolution.BestResolution(image, pinpoints);
            Assert.Equal(Size(row.GetProperty("best")), best);
            var grid = AnyResolution.TileGrid(best, side);
            Assert.Equal(row.GetProperty("tiles").GetInt32(), grid.Height * grid.Width + 1);
            Assert.Equal(row.GetProperty("tokens").GetInt32(), AnyResolution.TokenCount(image, pinpoints, side, patchesPerSide, maxTiles));
        });
    }

    [Theory]
    [InlineData("llava_onevision")]
    [InlineData("llava_next")]
    public void An_image_fits_into_its_resolution_as_in_transformers(string folder)
    {
        var golden = File.ReadAllText(GoldenFiles.At("backbones", folder, "processor", "processor-golden.json"));
        Assert.All(JsonDocument.Parse(golden).RootElement.EnumerateObject(), image =>
        {
            var best = Size(image.Value.GetProperty("best"));
            var fitted = AnyResolution.FittedSize(Size(image.Value.GetProperty("size")), best);
            Assert.Equal(Size(image.Value.GetProperty("resized")), fitted);
            Assert.Equal(Size(image.Value.GetProperty("pad_total")), new ImageSize(best.Height - fitted.Height, best.Width - fitted.Width));
        });
    }

    // 30 x 90 in 48 x 96: the image takes 32 of 48 rows, so 2/3 of the 6 rows of features; 2 rows are padding, one at each end.
    // 50 x 30 in 48 x 48: 3.6 of 6 columns, 3 kept of whole ones; of the 3 others one is cut at each end, and one of padding stays.
    [Theory]
    [InlineData(30, 90, 6, 12, 1, 0, 4, 12)]
    [InlineData(50, 30, 6, 6, 0, 1, 6, 4)]
    [InlineData(33, 33, 6, 6, 0, 0, 6, 6)]
    [InlineData(7, 7000, 27, 54, 13, 0, 1, 54)]
    public void Padding_is_cut_evenly_and_an_odd_row_of_it_stays(
        int height, int width, int rows, int columns, int top, int left, int keptRows, int keptColumns)
    {
        var window = AnyResolution.Unpadded(new(height, width), new(rows, columns));
        Assert.Equal(new FeatureWindow(top, left, new(keptRows, keptColumns)), window);
    }

    // By hand: 162 x 162 has 4 times the cells of 9 tiles of 27 x 27, a ratio of 2; 88 x 88 has 1.18 times, a ratio of 1.086.
    [Theory]
    [InlineData(162, 162, 81, 81)]
    [InlineData(162, 108, 99, 66)]
    [InlineData(88, 88, 88, 88)]
    [InlineData(54, 135, 54, 135)]
    public void Features_are_shrunk_above_the_limit_only(int rows, int columns, int shrunkRows, int shrunkColumns) =>
        Assert.Equal(new ImageSize(shrunkRows, shrunkColumns), AnyResolution.Shrunk(new(rows, columns), 9, 27));

    [Fact]
    public void Of_equal_resolutions_the_one_with_less_padding_is_taken_and_then_the_first()
    {
        Assert.Equal(new ImageSize(20, 20), AnyResolution.BestResolution(new(10, 10), [new(20, 30), new(20, 20), new(30, 20)]));
        Assert.Equal(new ImageSize(20, 30), AnyResolution.BestResolution(new(10, 10), [new(20, 30), new(30, 20)]));
        Assert.Throws<ArgumentException>(() => AnyResolution.BestResolution(new(10, 10), []));
    }

    [Fact]
    public void An_image_of_one_pixel_has_a_best_resolution_too()
    {
        Assert.Equal(new ImageSize(20, 20), AnyResolution.BestResolution(new(1, 1), [new(20, 30), new(20, 20)]));
        Assert.StartsWith("There is no resolution to choose.",
            Assert.Throws<ArgumentException>(() => AnyResolution.BestResolution(new(1, 1), [])).Message);
    }

    // One tile of 10 x 10 cells is allowed: 121 cells are just 1.1 times too many on a side.
    [Theory]
    [InlineData(11, 11, 11, 11)]
    [InlineData(11, 12, 9, 10)]
    public void Features_that_are_just_the_limit_too_large_stay(int rows, int columns, int keptRows, int keptColumns) =>
        Assert.Equal(new ImageSize(keptRows, keptColumns), AnyResolution.Shrunk(new(rows, columns), 1, 10));

    private static ImageSize Size(JsonElement pair) => new(pair[0].GetInt32(), pair[1].GetInt32());
}
