namespace EosMLNet.Checkpoints;

/// <summary>A folder of pictures, which are a video's frames in the order of their names.</summary>
internal sealed class FrameFolder : FrameSource
{
    private static readonly string[] Endings = [".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif"];
    private readonly IReadOnlyList<string> files;

    /// <param name="folder">The folder; files without an image's ending are no frames.</param>
    /// <param name="framesPerSecond">How many pictures are shown in a second.</param>
    /// <exception cref="EosException">EOS1010: there are no pictures, or too many. EOS1013: the rate is not above 0.</exception>
    internal FrameFolder(string folder, double framesPerSecond)
    {
        if (!(framesPerSecond > 0 && double.IsFinite(framesPerSecond)))
        {
            throw new EosException(EosErrors.InvalidOption,
                $"{framesPerSecond} pictures of the folder '{folder}' are to be shown in a second, expected more than 0.");
        }
        string[] found = [.. Directory.EnumerateFiles(folder)
            .Where(file => Endings.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase)).Take(VideoFile.MostFrames + 1)];
        if (found.Length is 0 or > VideoFile.MostFrames)
        {
            throw new EosException(EosErrors.UnreadableImage,
                $"the folder '{folder}' has {(found.Length == 0 ? "no" : $"more than {VideoFile.MostFrames}")} pictures " +
                $"({string.Join(", ", Endings)}); expected the frames of a video.");
        }
        files = [.. found.OrderBy(Path.GetFileName, NaturalOrder.Instance)];
        Seconds = [.. Enumerable.Range(0, files.Count).Select(i => i / framesPerSecond)];
        Duration = files.Count / framesPerSecond;
    }

    /// <inheritdoc/>
    internal override IReadOnlyList<double> Seconds { get; }

    /// <inheritdoc/>
    internal override double Duration { get; }

    /// <inheritdoc/>
    internal override IEnumerable<RgbImage> Decode(IReadOnlyList<int> indices, CancellationToken cancellation)
    {
        foreach (var index in indices)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return RgbImage.Decode(files[index]);
        }
    }
}
