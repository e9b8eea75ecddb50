namespace EosMLNet.Checkpoints;

/// <summary>
/// The colours of a GIF's transparent pixels. A decoder makes them transparent black; the file's palette has a colour for them, which
/// Pillow's <c>convert("RGB")</c> shows.
/// </summary>
internal static class GifColours
{
    private const byte Extension = 0x21, GraphicControl = 0xF9, TransparentFlag = 1, TableFlag = 0x80, TableSize = 7;
    private const int HeaderLength = 13; // signature, size, flags, background, aspect

    /// <summary>The same GIF, in which no index of the first image is transparent; any other file as it is.</summary>
    internal static ReadOnlySpan<byte> Opaque(ReadOnlySpan<byte> file)
    {
        if (file.Length < HeaderLength || !(file.StartsWith("GIF87a"u8) || file.StartsWith("GIF89a"u8)))
            return file;
        var flags = file[HeaderLength - 3];
        var at = HeaderLength + ((flags & TableFlag) == 0 ? 0 : 3 << ((flags & TableSize) + 1));
        // Extensions, each a label and blocks of a length and so many bytes, up to a block of length 0. The image comes after them.
        while (at + 4 < file.Length && file[at] == Extension)
        {
            if (file[at + 1] == GraphicControl && (file[at + 3] & TransparentFlag) != 0)
            {
                var opaque = file.ToArray();
                opaque[at + 3] &= unchecked((byte)~TransparentFlag);
                return opaque;
            }
            for (at += 2; at < file.Length && file[at] != 0; at += file[at] + 1)
            {
            }
            at++;
        }
        return file;
    }
}
