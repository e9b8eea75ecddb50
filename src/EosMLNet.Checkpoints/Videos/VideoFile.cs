namespace EosMLNet.Checkpoints;

/// <summary>
/// Reads videos: folders of pictures, animated GIF and WebP files, and what <c>ffmpeg</c> reads, where that program is on the PATH.
/// </summary>
public static class VideoFile
{
    /// <summary>The most frames that a video may have before some are chosen.</summary>
    public const int MostFrames = 1 << 20;

    /// <summary>The most bytes that the chosen frames may have, three of each pixel.</summary>
    public const long LargestVideo = 1L << 32;

    /// <summary>Reads a video's frames, as many of them as a model sees.</summary>
    /// <param name="path">A folder of pictures, whose names put them in order (<c>2.png</c> before <c>10.png</c>), or a file.</param>
    /// <param name="sampling">Which frames are seen.</param>
    /// <param name="folderFramesPerSecond">How many pictures of a folder are shown in a second, which nothing else tells.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="EosException">EOS1001: there is no such file or folder. EOS1010: it cannot be decoded, or is too large. EOS1013: a
    /// number of frames in a second is not above 0. EOS1015: there are fewer than two frames, or they differ in size. EOS2005: the file
    /// needs ffmpeg, which is not installed.</exception>
    public static VideoFrames Read(
        string path, FrameSampling sampling, double folderFramesPerSecond = 2, CancellationToken cancellation = default)
    {
        try
        {
            return Read(Open(path, folderFramesPerSecond, cancellation), path, sampling, cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EosException(EosErrors.FileMissing, $"the video '{path}' cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Reads the frames that are seen from a source.</summary>
    internal static VideoFrames Read(FrameSource source, string path, FrameSampling sampling, CancellationToken cancellation)
    {
        var count = source.Seconds.Count;
        VideoFrames.RequireSeveral(count, $"the video '{path}'");
        var chosen = sampling.Choose(count, count / source.Duration);
        var frames = new List<RgbImage>(chosen.Count);
        var bytes = 0L;
        foreach (var frame in source.Decode(chosen, cancellation))
        {
            bytes += frame.Pixels.Length;
            if (bytes > LargestVideo)
            {
                throw new EosException(EosErrors.UnreadableImage,
                    $"the {chosen.Count} frames that are seen of the video '{path}' have more than {LargestVideo} bytes, the most that " +
                    $"is held; this one has {frame.Width} x {frame.Height} pixels. See fewer of them, or make the video smaller.");
            }
            frames.Add(frame);
        }
        return new VideoFrames(frames, [.. chosen.Select(i => source.Seconds[i])], source.Duration, $"the video '{path}'");
    }

    private static FrameSource Open(string path, double folderFramesPerSecond, CancellationToken cancellation)
    {
        if (Directory.Exists(path))
            return new FrameFolder(path, folderFramesPerSecond);
        if (!File.Exists(path))
            throw new EosException(EosErrors.FileMissing, $"the video '{path}' does not exist.");
        return AnimatedImage.IsOne(path) ? new AnimatedImage(path) : new FfmpegVideo(Ffmpeg.Require(path), path, cancellation);
    }
}
