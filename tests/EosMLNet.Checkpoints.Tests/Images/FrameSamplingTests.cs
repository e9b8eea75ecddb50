using System.Text.Json;
using FsCheck.Xunit;

namespace EosMLNet.Tests.Images;

/// <summary>Against Golden/backbones: the frames and times of transformers' Qwen3VLVideoProcessor.</summary>
public sealed class FrameSamplingTests
{
    private static readonly FrameSampling Qwen2 = PatchKinds.Qwen2.Video.Sampling, Qwen3 = PatchKinds.Qwen3.Video.Sampling;
    private static readonly JsonElement Golden =
        JsonDocument.Parse(File.ReadAllText(GoldenFiles.At("backbones", "qwen3_vl", "processor", "video-prompt.json"))).RootElement;

    [Fact]
    public void Frames_and_time_stamps_are_those_of_transformers()
    {
        var rows = Golden.GetProperty("sampling");
        Assert.Equal(6, rows.GetArrayLength());
        foreach (var row in rows.EnumerateArray())
        {
            var (total, fps) = (row.GetProperty("total_frames").GetInt32(), row.GetProperty("fps").GetDouble());
            var indices = Qwen3.Choose(total, fps);
            Assert.Equal(row.GetProperty("indices").EnumerateArray().Select(i => i.GetInt32()), indices);
            AssertTimes(indices, fps, row.GetProperty("timestamps").EnumerateArray().Select(t => t.GetDouble()),
                row.GetProperty("text").EnumerateArray().Select(t => t.GetString()!));
        }
    }

    [Fact]
    public void Time_stamps_of_whole_prompts_are_those_of_transformers()
    {
        foreach (var prompt in Golden.GetProperty("prompts").EnumerateArray())
        {
            var indices = prompt.GetProperty("frames_indices")[0].EnumerateArray().Select(i => i.GetInt32()).ToArray();
            var steps = Video(indices, prompt.GetProperty("fps")[0].GetDouble()).StepSeconds(2);
            Assert.Equal(prompt.GetProperty("video_grid_thw")[0][0].GetInt32(), steps.Count);
            Assert.All(steps, step => Assert.Contains($"<{VideoSteps.Tenths(step)} seconds>", prompt.GetProperty("expanded").GetString()));
        }
    }

    // A video of 10 seconds at 25 frames: 20 frames, each the first of its span of 12.5.
    [Fact]
    public void Equal_spans_have_their_first_frames()
    {
        Assert.Equal([0, 12, 25, 37, 50, 62, 75, 87, 100, 112, 125, 137, 150, 162, 175, 187, 200, 212, 225, 237], Qwen2.Choose(250, 25));
        Assert.Equal([0, 1], Qwen2.Choose(3, 30));
        Assert.Equal([0, 1, 3, 4], Qwen2.Choose(6, 30)); // at least 4
        Assert.Equal(768, Qwen2.Choose(100_000, 25).Count);
        Assert.Equal([0, 1, 2, 3], (Qwen2 with { LeastFrames = 1 }).Choose(4, 1));
        Assert.Equal([0, 2], (Qwen2 with { LeastFrames = 1 }).Choose(4, 30));
    }

    [Property(MaxTest = 1000)]
    public bool Frames_ascend_within_the_video_and_are_as_many_as_allowed(ushort frames, ushort rate, bool spans, byte most)
    {
        var sampling = (spans ? Qwen2 : Qwen3) with { MostFrames = 4 + most };
        var total = 2 + frames % 5000;
        var chosen = sampling.Choose(total, (1 + rate % 1200) / 10.0);
        return chosen[0] == 0 && chosen[^1] < total && chosen.Zip(chosen.Skip(1)).All(pair => pair.First < pair.Second)
            && chosen.Count % sampling.Multiple == 0 && chosen.Count <= sampling.MostFrames
            && chosen.Count >= Math.Min(total, 4) / sampling.Multiple * sampling.Multiple && (spans || chosen[^1] == total - 1);
    }

    [Theory]
    [InlineData(0, 25, 4, 768)]
    [InlineData(double.NaN, 25, 4, 768)]
    [InlineData(2, 0, 4, 768)]
    [InlineData(2, double.PositiveInfinity, 4, 768)]
    [InlineData(2, 25, 0, 768)]
    [InlineData(2, 25, 4, 3)]
    public void Bad_numbers_are_refused(double fps, double rate, int least, int most) => Expect.Error(EosErrors.InvalidOption,
        () => (Qwen3 with { FramesPerSecond = fps, LeastFrames = least, MostFrames = most }).Choose(100, rate));

    // Odd quarters lie just between two tenths: the even one is taken. 1.65 is a little less than it looks.
    [Theory]
    [InlineData(0.25, "0.2")]
    [InlineData(0.75, "0.8")]
    [InlineData(2.25, "2.2")]
    [InlineData(5.75, "5.8")]
    [InlineData(1.65, "1.6")]
    [InlineData(0.35, "0.3")]
    [InlineData(0, "0.0")]
    [InlineData(1234.5, "1234.5")]
    public void Times_are_written_as_Python_does(double seconds, string expected) => Assert.Equal(expected, VideoSteps.Tenths(seconds));

    [Fact]
    public void Times_belong_to_their_frames()
    {
        var video = new VideoFrames(Frames(3), [0, 0.5, 1], 1.5);
        Assert.Equal((3, 2.0), (video.Count, video.FramesPerSecond));
        Assert.Equal([0.25, 1], video.StepSeconds(2));
        Expect.Error(EosErrors.InvalidOption, () => new VideoFrames(Frames(3), [0, 1], 2), "3 frames", "2 times");
        Expect.Error(EosErrors.InvalidOption, () => new VideoFrames(Frames(2), [1, 0.5], 2), "0.5");
        Expect.Error(EosErrors.InvalidOption, () => new VideoFrames(Frames(2), [-1, 0.5], 2), "-1");
        Expect.Error(EosErrors.InvalidOption, () => new VideoFrames(Frames(2), [0, double.NaN], 2), "NaN");
        Expect.Error(EosErrors.InvalidOption, () => new VideoFrames(Frames(2), [0, 1], 0), "0 seconds");
        Expect.Error(EosErrors.ModelInput, () => new VideoFrames(Frames(1), [0], 1, "v.gif"), "v.gif", "1 frame;");
    }

    [Fact]
    public void The_only_frame_that_is_seen_is_the_first()
    {
        Assert.Equal([0], (Qwen3 with { LeastFrames = 1 }).Choose(10, 25));
        Assert.Equal([0], (Qwen3 with { LeastFrames = 1, MostFrames = 1 }).Choose(1000, 25));
        Assert.Equal([0, 9], (Qwen3 with { LeastFrames = 2 }).Choose(10, 25));
    }

    [Fact]
    public void What_is_wrong_with_a_number_is_said()
    {
        Refused(Qwen3 with { FramesPerSecond = 0 }, 25, "FramesPerSecond of a video is 0, expected more than 0.");
        Refused(Qwen3, -3, "framesPerSecond of a video is -3, expected more than 0.");
        Refused(Qwen3 with { LeastFrames = -1 }, 25, "LeastFrames of a video is -1, expected more than 0.");
        Refused(Qwen3 with { Multiple = 0 }, 25, "Multiple of a video is 0, expected more than 0.");
        Refused(Qwen3 with { MostFrames = 3 }, 25, "at most 3 frames of a video are to be seen, expected at least 4.");
        Refused(Qwen3 with { MostFrames = 5, Multiple = 6 }, 25, "at most 5 frames of a video are to be seen, expected at least 6.");
        Assert.Throws<ArgumentOutOfRangeException>(() => Qwen2.Choose(1, 25));
        Assert.Equal(2, Qwen2.Choose(2, 25).Count);

        static void Refused(FrameSampling sampling, double rate, string message) =>
            Expect.Error(EosErrors.InvalidOption, () => sampling.Choose(100, rate), "EOS1013: " + message);
    }

    private static void AssertTimes(IReadOnlyList<int> indices, double fps, IEnumerable<double> seconds, IEnumerable<string> texts)
    {
        var steps = Video(indices, fps).StepSeconds(2);
        Assert.Equal(seconds, steps);
        Assert.Equal(texts, steps.Select(step => $"<{VideoSteps.Tenths(step)} seconds>"));
    }

    private static VideoFrames Video(IReadOnlyList<int> indices, double fps) => new(Frames(indices.Count), [.. indices.Select(i => i / fps)], 1);

    private static RgbImage[] Frames(int count) => [.. Enumerable.Repeat(new RgbImage(1, 1, new byte[3]), count)];
}
