namespace Fuzz.Targets;

/// <summary>A picture.</summary>
internal sealed class PictureTarget : FuzzTarget
{
    // Four bytes a pixel as decoded, three of it without the alpha channel, three turned upright; as many again in the decoder.
    private const int BytesPerPixel = 20;

    internal override string Reader => "pictures (PNG, JPEG, WebP, GIF, BMP)";

    internal override string FileName => "picture";

    internal override void Read(string folder) => RgbImage.Decode(Path.Combine(folder, FileName)).Hash();

    internal override byte[] Mended(byte[] input) => PngFormat.Mended(input);

    internal override long Declared(ReadOnlySpan<byte> input) => DeclaredPixels(input) * BytesPerPixel;

    /// <summary>The pixels that a picture says that it has, where that is no more than any may have.</summary>
    internal static long DeclaredPixels(ReadOnlySpan<byte> input)
    {
        try
        {
            var size = RgbImage.ReadSize(input, "input");
            return (long)size.Height * size.Width is var pixels && pixels <= RgbImage.LargestImage ? pixels : 0;
        }
        catch (EosException)
        {
            return 0;
        }
    }
}
