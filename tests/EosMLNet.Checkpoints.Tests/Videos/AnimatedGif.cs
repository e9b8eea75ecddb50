namespace EosMLNet.Tests.Videos;

/// <summary>Writes animated GIF files, pixel by pixel and without compression: each index is a code of its own.</summary>
internal sealed class AnimatedGif
{
    private readonly List<byte> bytes = [];

    /// <param name="width">Width of the whole picture.</param>
    /// <param name="height">Its height.</param>
    /// <param name="colours">Four colours, 0xRRGGBB.</param>
    internal AnimatedGif(int width, int height, params int[] colours)
    {
        bytes.AddRange([.. "GIF89a"u8, (byte)width, (byte)(width >> 8), (byte)height, (byte)(height >> 8), 0x81, 0, 0]); // a table of 4
        foreach (var colour in colours)
            bytes.AddRange([(byte)(colour >> 16), (byte)(colour >> 8), (byte)colour]);
    }

    /// <summary>Adds a frame.</summary>
    /// <param name="hundredths">How long it is shown, in hundredths of a second.</param>
    /// <param name="disposal">1: it stays; 2: its place is cleared; 3: what was there before comes back.</param>
    /// <param name="transparent">The index that is transparent; -1 for none.</param>
    /// <param name="place">Where it lies: left, top, width, height.</param>
    /// <param name="indices">The pixels, numbers of colours.</param>
    internal AnimatedGif Frame(int hundredths, int disposal, int transparent, (int Left, int Top, int Width, int Height) place, params byte[] indices)
    {
        bytes.AddRange([0x21, 0xF9, 4, (byte)(disposal << 2 | (transparent < 0 ? 0 : 1)), (byte)hundredths, (byte)(hundredths >> 8), (byte)Math.Max(0, transparent), 0]);
        bytes.AddRange([0x2C, (byte)place.Left, 0, (byte)place.Top, 0, (byte)place.Width, 0, (byte)place.Height, 0, 0, 2]);
        // Codes of 3 bits: 4 clears the table before each pixel, so that codes never grow; 5 ends.
        var codes = indices.SelectMany(index => (int[])[4, index]).Append(5).ToArray();
        var data = new byte[(codes.Length * 3 + 7) / 8];
        foreach (var (i, code) in codes.Index())
        {
            for (var bit = 0; bit < 3; bit++)
                data[(i * 3 + bit) / 8] |= (byte)((code >> bit & 1) << (i * 3 + bit) % 8);
        }
        bytes.AddRange([(byte)data.Length, .. data, 0]);
        return this;
    }

    internal byte[] End() => [.. bytes, 0x3B];
}
