using System.Collections;

namespace EosMLNet.Tests.Images;

public sealed class VideoFramesTests
{
    // Means and deviations that leave the bytes as they are.
    private static readonly PatchImageProcessor Bytes = PatchImageProcessorTests.Make(PatchKinds.Qwen2 with
    {
        PatchSize = 2,
        Mean = [0, 0, 0],
        Std = [1 / 255.0, 1 / 255.0, 1 / 255.0],
    }).WithVideoLimits(16, 1600);

    private static readonly RgbImage First = new(2, 1, [1, 2, 3, 4, 5, 6]), Second = new(2, 1, [7, 8, 9, 10, 11, 12]);

    [Fact]
    public void A_video_is_its_frames_in_their_order()
    {
        var video = new VideoFrames([First, Second], [0, 0.5], 1.25);
        Assert.Equal(2, video.Count);
        Assert.Equal([First, Second], video);
        var untyped = new List<object?>();
        foreach (var frame in (IEnumerable)video)
            untyped.Add(frame);
        Assert.Equal([First, Second], untyped);
        Assert.Equal((First, Second), (video[0], video[1]));
        Assert.Equal(1.6, video.FramesPerSecond, 1e-12);
    }

    // The first four patches show two frames; of the next four the last frame is both.
    [Fact]
    public void A_video_is_to_a_model_what_its_processor_makes_of_it()
    {
        RgbImage[] frames = [.. Enumerable.Range(1, 3).Select(value => new RgbImage(4, 4, [.. Enumerable.Repeat((byte)value, 48)]))];
        var video = new VideoFrames(frames, [0, 0.5, 3], 6);
        Assert.Equal([0.25, 3], Assert.IsType<VideoPart>(video.InPrompt(Bytes)).StepSeconds);
        Assert.Equal(new ImageSize(4, 4), video.SizeSeen(Bytes));
        Assert.Equal(2 * 4, video.Parts(Bytes, 1));
        Assert.Equal(4, video.SecondsPerStep(Bytes)); // two frames at half a frame a second
        var written = new float[8 * 3 * 2 * 4];
        video.Write(Bytes, 1, written);
        var both = Enumerable.Repeat((int[])[1, 1, 1, 1, 2, 2, 2, 2], 4 * 3).SelectMany(values => values);
        Assert.Equal([.. both, .. Enumerable.Repeat(3, 96)], written.Select(value => (int)MathF.Round(value)));
    }

    [Fact]
    public void The_model_is_told_of_the_size_that_frames_are_resized_to()
    {
        var frame = new RgbImage(80, 40, new byte[80 * 40 * 3]);
        var video = new VideoFrames([frame, frame], [0, 1], 2);
        Assert.Equal(new ImageSize(28, 56), video.SizeSeen(Bytes)); // 1568 of the 1600 pixels that are allowed
        Assert.Equal(14 * 28, video.Parts(Bytes, 1));
    }

    [Fact]
    public void No_frame_is_shown_before_the_one_in_front_of_it()
    {
        Assert.Equal([0, 0, 1], new VideoFrames([First, Second, First], [0, 0, 1], 2).Seconds);
        Expect.Error(EosErrors.InvalidOption, () => new VideoFrames([First, Second, First], [0, 2, 1], 3, "a.gif"),
            "EOS1013: a.gif has frames at 0 to 1 seconds; expected times from 0 on, none before the one in front.");
    }

    [Fact]
    public void A_step_has_a_frame_at_least()
    {
        var video = new VideoFrames([First, Second, First], [0, 1, 5], 6);
        Assert.Equal([0, 1, 5], video.StepSeconds(1));
        Assert.Equal([2.5], video.StepSeconds(3));
        Assert.Throws<ArgumentOutOfRangeException>(() => video.StepSeconds(0));
    }

    // SHA-256, computed elsewhere, of the hashes of the frames and "0 0.5 1.25", each on a line.
    [Fact]
    public void A_hash_is_of_the_frames_and_their_times_in_every_culture()
    {
        using var culture = new DecimalComma();
        var hash = new VideoFrames([First, Second], [0, 0.5], 1.25).Hash();
        Assert.Equal("71ddd51f986b1ab9ee23d18f1457bdf8c54e4f367987296411d2f13ca30f01ee", hash);
        VideoFrames[] others =
        [
            new([Second, First], [0, 0.5], 1.25), new([First, Second], [0, 0.25], 1.25), new([First, Second], [0, 0.5], 1.5),
        ];
        Assert.DoesNotContain(hash, others.Select(video => video.Hash()));
    }
}
