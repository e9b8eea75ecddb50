namespace EosMLNet.Checkpoints;

/// <summary>
/// The size that an image is resized to before it is cut into patches: both sides are multiples of a factor, the area is within limits, and
/// the proportions stay as far as that allows. Gives the numbers of transformers' <c>smart_resize</c> since June 2025, its floating-point
/// rounding included: sides below the factor are enlarged, and no side shrinks below it.
/// </summary>
public static class SmartResize
{
    /// <summary>How many times as long as its shorter side an image's longer side may be.</summary>
    public const int LargestRatio = 200;

    /// <summary>The size of an image, or of each frame of a video whose frames count singly.</summary>
    /// <param name="image">The image's size.</param>
    /// <param name="factor">What both sides become multiples of, in pixels.</param>
    /// <param name="limits">The area's limits.</param>
    /// <exception cref="EosException">EOS1010: the image is more than <see cref="LargestRatio"/> times as long as wide.</exception>
    public static ImageSize Of(ImageSize image, int factor, PixelLimits limits) => Fit(image, factor, limits, 1, 1);

    /// <summary>The size of each frame of a video whose limits are for all frames together, as Qwen3-VL's are.</summary>
    /// <param name="frame">A frame's size.</param>
    /// <param name="frames">How many there are, at least <paramref name="framesPerStep"/>.</param>
    /// <param name="framesPerStep">How many frames become one step in time.</param>
    /// <param name="factor">What both sides become multiples of, in pixels.</param>
    /// <param name="limits">The limits of the area of all frames together.</param>
    /// <exception cref="EosException">EOS1010: a side of the frames is less than <paramref name="factor"/>, or they are more than
    /// <see cref="LargestRatio"/> times as long as wide.</exception>
    public static ImageSize OfVideo(ImageSize frame, int frames, int framesPerStep, int factor, PixelLimits limits)
    {
        if (frame.Height < factor || frame.Width < factor)
        {
            throw new EosException(EosErrors.UnreadableImage,
                $"a video's frames have {frame} pixels, expected at least {factor} x {factor}. Enlarge them.");
        }
        return Fit(frame, factor, limits, frames, Math.Round(frames / (double)framesPerStep) * framesPerStep);
    }

    // The rounded area is compared with the limits, the original one is scaled. Math.Round is half to even, as Python's round.
    private static ImageSize Fit(ImageSize image, int factor, PixelLimits limits, int frames, double roundedFrames)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(factor);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limits.Least, nameof(limits));
        var (height, width) = image;
        if ((double)Math.Max(height, width) / Math.Min(height, width) > LargestRatio)
        {
            throw new EosException(EosErrors.UnreadableImage,
                $"an image has {image} pixels; its longer side is expected to be at most {LargestRatio} times its shorter one. Cut it.");
        }
        var (rows, columns) = (Math.Round(height / (double)factor), Math.Round(width / (double)factor));
        var area = (double)frames * height * width;
        var rounded = roundedFrames * (rows * factor) * (columns * factor);
        if (rounded > limits.Most)
        {
            var beta = Math.Sqrt(area / limits.Most);
            (rows, columns) = (Math.Max(1, Math.Floor(height / beta / factor)), Math.Max(1, Math.Floor(width / beta / factor)));
        }
        else if (rounded < limits.Least)
        {
            var beta = Math.Sqrt(limits.Least / area);
            (rows, columns) = (Math.Ceiling(height * beta / factor), Math.Ceiling(width * beta / factor));
        }
        return new((int)rows * factor, (int)columns * factor);
    }
}
