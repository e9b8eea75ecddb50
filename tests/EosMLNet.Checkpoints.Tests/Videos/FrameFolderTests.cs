using EosMLNet.Tests.Images;

namespace EosMLNet.Tests.Videos;

public sealed class FrameFolderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_folder_without_pictures_is_told_which_files_are_pictures()
    {
        folder.Write("notes.txt", "");
        Assert.Equal(
            $"EOS1010: the folder '{folder.Path}' has no pictures (.png, .jpg, .jpeg, .webp, .bmp, .gif); expected the frames of a video.",
            Assert.Throws<EosException>(() => new FrameFolder(folder.Path, 2)).Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_rate_that_is_none_is_refused(double rate) => Assert.Equal(
        $"EOS1013: {rate} pictures of the folder '{folder.Path}' are to be shown in a second, expected more than 0.",
        Assert.Throws<EosException>(() => new FrameFolder(folder.Path, rate)).Message);

    [Fact]
    public void Reading_can_be_given_up()
    {
        File.WriteAllBytes(folder["1.png"], PngBytes.Make(1, 1, PngBytes.Rgb, [1, 2, 3]));
        var frames = new FrameFolder(folder.Path, 2);
        Assert.Equal([1, 2, 3], Assert.Single(frames.Decode([0], default)).Pixels.ToArray());
        Assert.ThrowsAny<OperationCanceledException>(() => frames.Decode([0], new CancellationToken(canceled: true)).ToList());
    }
}
