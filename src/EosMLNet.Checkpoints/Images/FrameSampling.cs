namespace EosMLNet.Checkpoints;

/// <summary>How many frames of a video are seen, and which. Gives the numbers of transformers' video processors.</summary>
/// <param name="Spacing">Which frames stand for the video.</param>
/// <param name="FramesPerSecond">How many frames of each second are seen.</param>
/// <param name="LeastFrames">The least that are seen in all, where the video has them.</param>
/// <param name="MostFrames">The most that are seen in all.</param>
/// <param name="Multiple">What the number is rounded down to a multiple of.</param>
public sealed record FrameSampling(
    FrameSpacing Spacing, double FramesPerSecond = 2, int LeastFrames = 4, int MostFrames = 768, int Multiple = 1)
{
    /// <summary>The frames that are seen, counted from 0.</summary>
    /// <param name="frames">How many frames the video has, at least <see cref="Multiple"/>.</param>
    /// <param name="framesPerSecond">How many of them it shows in a second.</param>
    /// <exception cref="EosException">EOS1013: a number of the sampling, or the video's rate, is not above 0.</exception>
    public IReadOnlyList<int> Choose(int frames, double framesPerSecond)
    {
        Check(nameof(FramesPerSecond), FramesPerSecond);
        Check(nameof(framesPerSecond), framesPerSecond);
        Check(nameof(LeastFrames), LeastFrames);
        Check(nameof(Multiple), Multiple);
        ArgumentOutOfRangeException.ThrowIfLessThan(frames, Multiple);
        if (MostFrames < Math.Max(LeastFrames, Multiple))
        {
            throw new EosException(EosErrors.InvalidOption,
                $"at most {MostFrames} frames of a video are to be seen, expected at least {Math.Max(LeastFrames, Multiple)}.");
        }
        var most = Math.Min(MostFrames, frames) / Multiple * Multiple;
        var asked = Math.Min(frames / framesPerSecond * FramesPerSecond, frames);
        var count = (int)Math.Min(Math.Max(asked, Math.Max(LeastFrames, Multiple)), most) / Multiple * Multiple;
        // Distances are float64 as in NumPy, and rounded half to even; spans are cut off after they were float32 as in torch.
        return Spacing == FrameSpacing.FirstToLast
            ? [.. Enumerable.Range(0, count).Select(i => i == count - 1 && i > 0 ? frames - 1
                : (int)Math.Round(i * ((frames - 1) / (double)Math.Max(1, count - 1))))]
            : [.. Enumerable.Range(0, count).Select(i => Math.Min((int)(float)(i * ((double)frames / count)), frames - 1))];
    }

    private static void Check(string name, double number)
    {
        if (!(number > 0 && double.IsFinite(number)))
            throw new EosException(EosErrors.InvalidOption, $"{name} of a video is {number}, expected more than 0.");
    }
}
