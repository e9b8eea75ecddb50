using System.Collections;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace EosMLNet.Checkpoints;

/// <summary>The frames of a video that a model sees, and when each is shown.</summary>
public sealed class VideoFrames : Visual, IReadOnlyList<RgbImage>
{
    private readonly IReadOnlyList<RgbImage> frames;

    /// <summary>Makes a video of frames of one size.</summary>
    /// <param name="frames">The frames in their order, at least two.</param>
    /// <param name="seconds">When each is shown, in seconds since the video's beginning.</param>
    /// <param name="duration">How long the video is, in seconds.</param>
    /// <param name="name">How messages call the video.</param>
    /// <exception cref="EosException">EOS1013: the times do not belong to the frames. EOS1015: there are fewer than two frames, or they
    /// differ in size.</exception>
    public VideoFrames(IReadOnlyList<RgbImage> frames, IReadOnlyList<double> seconds, double duration, string name = "the video")
    {
        Require(frames, name);
        if (seconds.Count != frames.Count)
        {
            throw new EosException(EosErrors.InvalidOption,
                $"{name} has {frames.Count} frames and {seconds.Count} times; expected one time for each frame.");
        }
        if (!(duration > 0 && double.IsFinite(duration)))
            throw new EosException(EosErrors.InvalidOption, $"{name} takes {duration} seconds, expected more than 0.");
        if (seconds.Zip(seconds.Skip(1)).Any(pair => !(pair.First <= pair.Second)) || !(seconds[0] >= 0 && double.IsFinite(seconds[^1])))
        {
            throw new EosException(EosErrors.InvalidOption,
                $"{name} has frames at {seconds[0]} to {seconds[^1]} seconds; expected times from 0 on, none before the one in front.");
        }
        (this.frames, Seconds, Duration) = (frames, seconds, duration);
    }

    /// <summary>When each frame is shown, in seconds since the video's beginning.</summary>
    public IReadOnlyList<double> Seconds { get; }

    /// <summary>How long the video is, in seconds.</summary>
    public double Duration { get; }

    /// <summary>How many of these frames there are in a second of the video.</summary>
    public double FramesPerSecond => Count / Duration;

    /// <inheritdoc/>
    public int Count => frames.Count;

    /// <inheritdoc/>
    public RgbImage this[int index] => frames[index];

    /// <inheritdoc/>
    public IEnumerator<RgbImage> GetEnumerator() => frames.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The time of each step: the mean of its first frame's time and its last one's. The last frame stands for missing
    /// ones.</summary>
    /// <param name="framesPerStep">How many frames become one step.</param>
    public IReadOnlyList<double> StepSeconds(int framesPerStep)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(framesPerStep);
        return [.. Enumerable.Range(0, (Count + framesPerStep - 1) / framesPerStep)
            .Select(step => (Seconds[step * framesPerStep] + Seconds[Math.Min((step + 1) * framesPerStep, Count) - 1]) / 2)];
    }

    /// <inheritdoc/>
    public override PromptPart InPrompt(ImageProcessor processor) => new VideoPart(StepSeconds(processor.FramesPerStep));

    /// <inheritdoc/>
    public override int Parts(ImageProcessor processor, int inPrompt) => processor.PartsOfVideo(FrameSize, Count);

    /// <inheritdoc/>
    public override ImageSize SizeSeen(ImageProcessor processor) => processor.SizeSeenOfVideo(FrameSize, Count);

    /// <inheritdoc/>
    public override double SecondsPerStep(ImageProcessor processor) => processor.FramesPerStep / FramesPerSecond;

    /// <inheritdoc/>
    public override void Write(ImageProcessor processor, int inPrompt, Span<float> target) => processor.WriteVideo(frames, target);

    /// <inheritdoc/>
    public override string Hash()
    {
        var times = string.Join(' ', Seconds.Append(Duration).Select(time => time.ToString("R", CultureInfo.InvariantCulture)));
        var text = string.Join('\n', frames.Select(frame => frame.Hash()).Append(times));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }

    private ImageSize FrameSize => new(frames[0].Height, frames[0].Width);

    /// <summary>Checks that pictures are the frames of one video.</summary>
    /// <exception cref="EosException">EOS1015: there are fewer than two, or they differ in size.</exception>
    internal static void Require(IReadOnlyList<RgbImage> frames, string name)
    {
        RequireSeveral(frames.Count, name);
        var first = new ImageSize(frames[0].Height, frames[0].Width);
        foreach (var (i, frame) in frames.Index())
        {
            if (new ImageSize(frame.Height, frame.Width) is var size && size != first)
            {
                throw new EosException(EosErrors.ModelInput,
                    $"{name} has a first frame of {first} pixels and a frame {i + 1} of {size}; expected the same size. Resize them.");
            }
        }
    }

    /// <summary>Checks that there are enough frames for a video.</summary>
    /// <exception cref="EosException">EOS1015: there are fewer than two.</exception>
    internal static void RequireSeveral(int frames, string name)
    {
        if (frames < 2)
        {
            throw new EosException(EosErrors.ModelInput,
                $"{name} has {frames} frame{(frames == 1 ? "" : "s")}; a video has at least 2. Give a single picture as an image.");
        }
    }
}
