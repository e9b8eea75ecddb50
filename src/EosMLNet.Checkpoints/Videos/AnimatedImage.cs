using System.Runtime.InteropServices;
using SkiaSharp;

namespace EosMLNet.Checkpoints;

/// <summary>
/// The frames of an animated GIF or WebP file, each composed upon those before it, as a viewer shows them. What no frame has covered is
/// black.
/// </summary>
internal sealed class AnimatedImage : FrameSource
{
    private const int Unset = 100; // milliseconds; viewers show a frame so long whose file says 0
    private const long MostPixels = 1L << 32; // that are decoded: a frame of some bytes may stand upon any number of whole ones
    private readonly byte[] file;
    private readonly string path;

    /// <param name="path">The file.</param>
    /// <exception cref="EosException">EOS1010: it cannot be decoded, or is too large.</exception>
    internal AnimatedImage(string path)
    {
        (this.path, file) = (path, RgbImage.ReadFile(path));
        using var codec = Open();
        // A file of one frame may have no list of frames.
        var durations = codec.FrameInfo is { Length: > 0 } frames
            ? frames.Select(frame => frame.Duration > 0 ? frame.Duration : Unset).ToArray() : [Unset];
        if (durations.Length > VideoFile.MostFrames)
            throw Wrong($"has {durations.Length} frames, at most {VideoFile.MostFrames} are allowed");
        var starts = new double[durations.Length];
        var milliseconds = 0L;
        for (var i = 0; i < starts.Length; milliseconds += durations[i++])
            starts[i] = milliseconds / 1000.0;
        (Seconds, Duration) = (starts, milliseconds / 1000.0);
    }

    /// <inheritdoc/>
    internal override IReadOnlyList<double> Seconds { get; }

    /// <inheritdoc/>
    internal override double Duration { get; }

    /// <summary>Whether a file is a GIF or WebP one, by its first bytes.</summary>
    internal static bool IsOne(string path)
    {
        Span<byte> start = stackalloc byte[12];
        using var stream = File.OpenRead(path);
        var length = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        return length == start.Length
            && (start.StartsWith("GIF8"u8) || start.StartsWith("RIFF"u8) && start[8..].SequenceEqual("WEBP"u8));
    }

    /// <inheritdoc/>
    internal override IEnumerable<RgbImage> Decode(IReadOnlyList<int> indices, CancellationToken cancellation)
    {
        using var codec = Open();
        var frames = codec.FrameInfo;
        var needed = Needed(frames, indices);
        if ((long)codec.Info.Width * codec.Info.Height * needed.Count > MostPixels)
        {
            throw Wrong($"has {needed.Count} frames of {codec.Info.Width} x {codec.Info.Height} pixels that stand upon each other up to " +
                $"the last one that is seen, at most {MostPixels} pixels in all are allowed");
        }
        var info = new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        // The last frame that stays when the next one is shown.
        byte[]? staying = null;
        var stayingIndex = -1;
        var asked = indices.ToHashSet();
        foreach (var index in needed)
        {
            cancellation.ThrowIfCancellationRequested();
            var isBlended = staying is not null && frames[index].RequiredFrame is var required && required >= 0 && stayingIndex >= required;
            var rgba = isBlended ? [.. staying!] : new byte[info.BytesSize];
            Decode(codec, info, rgba, index, isBlended ? stayingIndex : -1);
            if (frames[index].DisposalMethod != SKCodecAnimationDisposalMethod.RestorePrevious)
                (staying, stayingIndex) = (rgba, index);
            if (asked.Contains(index))
                yield return new RgbImage(info.Width, info.Height, RgbImage.WithoutAlpha(rgba));
        }
    }

    // The frames that are asked for and, as far as they are needed, those that they are composed upon.
    private static SortedSet<int> Needed(SKCodecFrameInfo[] frames, IReadOnlyList<int> indices)
    {
        var needed = new SortedSet<int>();
        foreach (var index in indices)
        {
            for (var i = index; i >= 0 && needed.Add(i);)
                i = frames[i].RequiredFrame;
        }
        return needed;
    }

    private void Decode(SKCodec codec, SKImageInfo info, byte[] rgba, int index, int prior)
    {
        var pin = GCHandle.Alloc(rgba, GCHandleType.Pinned);
        try
        {
            var result = codec.GetPixels(info, pin.AddrOfPinnedObject(), new SKCodecOptions(index, prior));
            if (result != SKCodecResult.Success)
                throw Wrong($"has a frame {index + 1} that cannot be decoded ({result})");
        }
        finally
        {
            pin.Free();
        }
    }

    private SKCodec Open()
    {
        using var data = SKData.CreateCopy(file);
        var codec = SKCodec.Create(data) ?? throw Wrong("cannot be decoded");
        var (width, height) = (codec.Info.Width, codec.Info.Height);
        if (width > 0 && height > 0 && (long)width * height <= RgbImage.LargestImage)
            return codec;
        codec.Dispose();
        throw Wrong($"says that it has {width} x {height} pixels, at most {RgbImage.LargestImage} in all are allowed");
    }

    private EosException Wrong(string what) =>
        new(EosErrors.UnreadableImage, $"the video '{path}' {what}; expected a whole animated GIF or WebP file.");
}
