namespace EosMLNet.Tests.Images;

public sealed class GridPinpointsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void There_are_at_most_1024_resolutions()
    {
        Assert.Equal(1024, Read(List(1024)).Count);
        Expect.Error(EosErrors.UnsupportedModel, () => Read(List(1025)), $"'image_grid_pinpoints' of '{folder["a.json"]}' is [[4,8],",
            "expected a list of 1 to 1024 pairs, each a height and a width.");

        static string List(int count) => $"[{string.Join(',', Enumerable.Repeat("[4,8]", count))}]";
    }

    [Fact]
    public void A_side_has_at_most_16384_pixels()
    {
        Assert.Equal([new(16384, 4), new(8, 16384)], Read("[[16384,4],[8,16384]]"));
        Expect.Error(EosErrors.UnsupportedModel, () => Read("[[4,4],[4,16388]]"),
            $"'image_grid_pinpoints[1]' of '{folder["a.json"]}' is [4,16388], expected a height and a width in pixels, each a " +
            "multiple of the tile's side 4, with at most 67108864 pixels.");
    }

    [Fact]
    public void What_a_file_omits_is_as_usual()
    {
        ImageSize[] usual = [new(1, 2)];
        Assert.Same(usual, GridPinpoints.Read(JsonSection.Read(folder.Write("a.json", "{}")), 4, usual));
    }

    private IReadOnlyList<ImageSize> Read(string list) =>
        GridPinpoints.Read(JsonSection.Read(folder.Write("a.json", $$"""{"image_grid_pinpoints":{{list}}}""")), 4, []);
}
