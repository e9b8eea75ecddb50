namespace EosMLNet.Tests.Videos;

public sealed class AnimatedImageTests : IDisposable
{
    private const string Whole = "; expected a whole animated GIF or WebP file.";
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("GIF89a123456", true)]
    [InlineData("GIF87a123456", true)]
    [InlineData("RIFF1234WEBP", true)]
    [InlineData("RIFF1234WAVE", false)]
    [InlineData("FORM1234WEBP", false)]
    [InlineData("1234ftypisom", false)]
    [InlineData("GIF89a12345", false)]
    [InlineData("", false)]
    public void The_first_twelve_bytes_tell_GIF_and_WebP_files(string file, bool expected) =>
        Assert.Equal(expected, AnimatedImage.IsOne(folder.Write("a", file)));

    // 64 frames of 2^26 pixels are 2^32, the most. A reading that is given up decodes none of them.
    [Fact]
    public void Frames_up_to_a_number_of_pixels_are_decoded()
    {
        var most = Still(8192, 8192, 64);
        Assert.ThrowsAny<OperationCanceledException>(() => Decode(most, 64, new CancellationToken(canceled: true)));
        Assert.Equal(
            Refused("has 65 frames of 8192 x 8192 pixels that stand upon each other up to the last one that is seen, at most 4294967296 " +
                "pixels in all are allowed"),
            Message(() => Decode(Still(8192, 8192, 65), 65, default)));
    }

    // 5461 · 16385 = 89478485.
    [Fact]
    public void A_picture_may_have_as_many_pixels_as_an_image()
    {
        Assert.Equal([0, 0.1], new AnimatedImage(Still(5461, 16385, 2)).Seconds);
        Assert.Equal(
            Refused("says that it has 5461 x 16386 pixels, at most 89478485 in all are allowed"),
            Message(() => new AnimatedImage(Still(5461, 16386, 2))));
    }

    [Fact]
    public void What_is_no_animation_behind_its_first_bytes_is_refused()
    {
        var path = folder.Write("a.gif", "RIFF1234WEBP and a text");
        Assert.Equal(Refused("cannot be decoded"), Message(() => new AnimatedImage(path)));
    }

    [Fact]
    public void A_frame_that_is_cut_short_is_named()
    {
        var gif = new AnimatedGif(4, 4, 1, 2, 3, 4)
            .Frame(10, 1, -1, (0, 0, 4, 4), new byte[16])
            .Frame(10, 1, -1, (0, 0, 4, 4), new byte[16]).End();
        File.WriteAllBytes(folder["a.gif"], gif[..^8]);
        Assert.Equal(Refused("has a frame 2 that cannot be decoded (IncompleteInput)"), Message(() => Decode(folder["a.gif"], 2, default)));
    }

    private string Still(int width, int height, int frames)
    {
        var gif = new AnimatedGif(width, height, 1, 2, 3, 4);
        for (var i = 0; i < frames; i++)
            gif.Frame(10, 1, -1, (0, 0, 1, 1), 0);
        File.WriteAllBytes(folder["a.gif"], gif.End());
        return folder["a.gif"];
    }

    private static void Decode(string path, int frames, CancellationToken cancellation) =>
        Assert.Equal(frames, new AnimatedImage(path).Decode([.. Enumerable.Range(0, frames)], cancellation).Count());

    private static string Message(Action read) => Assert.Throws<EosException>(read).Message;

    private string Refused(string what) => $"EOS1010: the video '{folder["a.gif"]}' {what}{Whole}";
}
