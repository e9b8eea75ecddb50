using EosMLNet.Tests.Images;
using EosMLNet.Tests.Videos;

namespace EosMLNet.Tests.Datasets;

/// <summary>Rows about videos.</summary>
public sealed class TsvReaderTests : IDisposable
{
    private static readonly FrameSampling All = new(FrameSpacing.FirstToLast, FramesPerSecond: 1000, LeastFrames: 1);
    private readonly TemporaryFolder folder = new();

    public TsvReaderTests()
    {
        Directory.CreateDirectory(folder["images/clip"]);
        Directory.CreateDirectory(folder["images/none"]);
        for (var i = 1; i <= 2; i++)
            File.WriteAllBytes(folder[$"images/clip/{i}.png"], PngBytes.Make(1, 1, PngBytes.Gray, [(byte)i]));
        File.WriteAllBytes(folder["images/a.gif"], new AnimatedGif(1, 1, 0x030303, 0x040404, 0, 0)
            .Frame(10, 1, -1, (0, 0, 1, 1), 0).Frame(10, 1, -1, (0, 0, 1, 1), 1).End());
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_video_is_a_folder_of_pictures_or_a_file_and_is_kept_once()
    {
        var data = Load(All, "video:clip", "video:a.gif", "clip/1.png", "VIDEO: clip", "['video:a.gif', 'clip/1.png']");
        Assert.Equal([[1, 2], [3, 4], [1]], data.Images.Select(Values));
        Assert.Equal([[0], [1], [2], [0], [1, 2]], data.Examples.Select(row => row.Images));
    }

    [Fact]
    public void Of_a_video_those_frames_are_read_that_are_seen()
    {
        File.WriteAllText(folder["images/clip/1a.png"], "no picture, and not seen");
        Assert.Equal([1, 2], Values(Assert.Single(Load(new(FrameSpacing.FirstToLast, 1, 2), "video:clip").Images)));
    }

    [Theory]
    [InlineData("video:clip", false, "the video 'clip' is asked about, but the model takes no videos")]
    [InlineData("video:none.gif", true, "the video 'none.gif' does not exist in '{0}'")]
    [InlineData("video:../images", true, "the path '../images' of a video is empty, invalid or leads out of '{0}'")]
    [InlineData("video:", true, "the path '' of a video is empty, invalid or leads out of '{0}'")]
    public void A_video_that_cannot_be_asked_about_is_refused_with_the_line(string cell, bool takesVideos, string what)
    {
        var error = Assert.Throws<EosException>(() => Load(takesVideos ? All : null, cell));
        var detail = what.Replace("{0}", folder["images"]) + "; correct or remove the row.";
        Assert.Equal((EosErrors.DatasetRow, 2, detail), (error.Code, error.Line, error.Detail));
    }

    [Fact]
    public void A_video_that_cannot_be_read_is_refused_with_the_line()
    {
        var error = Assert.Throws<EosException>(() => Load(All, "video:clip", "video:none"));
        Assert.Equal((EosErrors.UnreadableImage, 3), (error.Code, error.Line));
        Assert.Contains("has no pictures", error.Detail);
    }

    private VqaDataset Load(FrameSampling? videos, params string[] cells) => VqaDataset.LoadTsv(
        folder.Write("data.tsv", "ImagePath\tQuestion\n" + string.Concat(cells.Select(cell => $"{cell}\tWhat?\n"))),
        folder["images"], answers: false, videos);

    private static int[] Values(Visual visual) => visual is VideoFrames video ? [.. video.Select(frame => (int)frame.Pixels.Span[0])]
        : [Assert.IsType<RgbImage>(visual).Pixels.Span[0]];
}
