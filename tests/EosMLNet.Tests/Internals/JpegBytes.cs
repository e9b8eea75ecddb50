using System.Buffers.Binary;
using SkiaSharp;

namespace EosMLNet.Tests.Internals;

/// <summary>JPEG files that no encoder at hand writes (https://www.w3.org/Graphics/JPEG/itu-t81.pdf).</summary>
internal static class JpegBytes
{
    /// <summary>A photograph-like image.</summary>
    internal static byte[] Photograph(int width, int height)
    {
        using var bitmap = new SKBitmap(width, height);
        for (var i = 0; i < width * height; i++)
            bitmap.SetPixel(i % width, i / width, new SKColor((byte)(i % width * 255 / width), (byte)(i / width * 255 / height), (byte)(i * 7)));
        using var data = bitmap.Encode(SKEncodedImageFormat.Jpeg, 90);
        return data.ToArray();
    }

    /// <summary>The file with EXIF's orientation mark.</summary>
    internal static byte[] Marked(byte[] jpeg, byte mark)
    {
        byte[] tiff = [.. "II*\0"u8, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, mark, 0, 0, 0, 0, 0, 0, 0]; // one entry: orientation, a short
        return [0xFF, 0xD8, .. Segment(0xE1, [.. "Exif\0\0"u8, .. tiff]), .. jpeg[2..]];
    }

    /// <summary>8 x 8 pixels of one colour in four inks, as Adobe writes them.</summary>
    internal static byte[] Cmyk(byte cyan, byte magenta, byte yellow, byte black)
    {
        byte[] lengths = [0, 0, 0, 12, .. new byte[12]], one = [1, .. new byte[15]];
        return
        [
            0xFF, 0xD8,
            .. Segment(0xEE, [.. "Adobe"u8, 0, 100, 0, 0, 0, 0, 0]),                                               // no transform
            .. Segment(0xDB, [0, .. Enumerable.Repeat((byte)1, 64)]),                                              // no quantisation
            .. Segment(0xC0, [8, 0, 8, 0, 8, 4, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 4, 0x11, 0]),
            .. Segment(0xC4, [0x00, .. lengths, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]),                            // the size of a mean is 4 bits
            .. Segment(0xC4, [0x10, .. one, 0]),                                                                   // the end of a block is the bit 0
            .. Segment(0xDA, [4, 1, 0, 2, 0, 3, 0, 4, 0, 0, 63, 0]),
            .. Blocks(cyan, magenta, yellow, black),
            0xFF, 0xD9,
        ];
    }

    private static byte[] Segment(byte name, byte[] content)
    {
        var length = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)(content.Length + 2));
        return [0xFF, name, .. length, .. content];
    }

    // A block of one value: eight times its difference to 128, and nothing else.
    private static IEnumerable<byte> Blocks(params byte[] values)
    {
        var bits = string.Concat(values.Select(value =>
        {
            var mean = 8 * (value - 128);
            var size = Convert.ToString(Math.Abs(mean), 2).Length * (mean == 0 ? 0 : 1);
            var number = mean < 0 ? mean + (1 << size) - 1 : mean;
            return Convert.ToString(size, 2).PadLeft(4, '0') + (size == 0 ? "" : Convert.ToString(number, 2).PadLeft(size, '0')) + "0";
        }));
        foreach (var eight in bits.PadRight((bits.Length + 7) / 8 * 8, '1').Chunk(8))
        {
            var value = Convert.ToByte(new string(eight), 2);
            yield return value;
            if (value == 0xFF)
                yield return 0;
        }
    }
}
