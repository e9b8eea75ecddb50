using SkiaSharp;

namespace Fuzz.Targets;

/// <summary>A picture.</summary>
internal sealed class PictureTarget : FuzzTarget
{
    // Four bytes a pixel as decoded, three of it without the alpha channel, three turned upright; as many again in the decoder.
    private const int BytesPerPixel = 20;

    private const long Many = 1 << 18, Most = 1 << 27; // pixels, in all frames
    private const int OneOf = 64;

    internal override string Reader => "pictures (PNG, JPEG, WebP, GIF, BMP)";

    internal override string FileName => "picture";

    internal override void Read(string folder)
    {
        var bytes = File.ReadAllBytes(Path.Combine(folder, FileName));
        RefuseMostLarge(bytes);
        RgbImage.Decode(bytes, "input").Hash();
    }

    internal override byte[] Mended(byte[] input) => PngFormat.Mended(input);

    internal override long Declared(ReadOnlySpan<byte> input) => DeclaredPixels(input) * BytesPerPixel;

    /// <summary>
    /// Lets few pictures through that declare many pixels, and none of very many: each takes as long as a thousand others, and they differ
    /// in nothing else.
    /// </summary>
    internal static void RefuseMostLarge(byte[] input)
    {
        // By all bytes: what is made of a large picture that was let through is not let through for that.
        if (DeclaredPixels(input) is var pixels && (pixels > Most || pixels > Many && input.Sum(value => (long)value) % OneOf != 0))
            throw new EosException(EosErrors.UnreadableImage, "It is one of many large pictures.");
    }

    /// <summary>The pixels that a file says that it has, in all its frames, where those of one are no more than any may have.</summary>
    internal static long DeclaredPixels(ReadOnlySpan<byte> input)
    {
        using var data = SKData.CreateCopy(input);
        using var codec = input.IsEmpty ? null : SKCodec.Create(data);
        return codec is not null && (long)codec.Info.Width * codec.Info.Height is var pixels and > 0 && pixels <= RgbImage.LargestImage
            ? pixels * Math.Max(1, codec.FrameCount) : 0;
    }
}
