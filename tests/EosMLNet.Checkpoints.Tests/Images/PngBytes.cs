using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace EosMLNet.Tests.Images;

/// <summary>Makes PNG files by hand (https://www.w3.org/TR/png), in the colour types that no encoder at hand writes.</summary>
internal static class PngBytes
{
    internal const byte Gray = 0, Rgb = 2, Palette = 3, GrayAlpha = 4, Rgba = 6;

    /// <summary>A PNG of 8-bit samples; <paramref name="extra"/> chunks (palette, transparency) come before the pixels.</summary>
    internal static byte[] Make(int width, int height, byte colorType, byte[] samples, params (string Name, byte[] Content)[] extra) => Make(8, width, height, colorType, samples, extra);

    /// <summary>The same with samples of 8 or 16 bits, these with the high byte first.</summary>
    internal static byte[] Make(byte bits, int width, int height, byte colorType, byte[] samples, params (string Name, byte[] Content)[] extra)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (bits, colorType);

        using var file = new MemoryStream();
        file.Write([0x89, .. "PNG\r\n"u8, 0x1a, (byte)'\n']);
        foreach (var (name, content) in (IEnumerable<(string, byte[])>)[("IHDR", header), .. extra, ("IDAT", Compress(samples, height)), ("IEND", [])])
            WriteChunk(file, name, content);
        return file.ToArray();
    }

    private static byte[] Compress(byte[] samples, int height)
    {
        using var target = new MemoryStream();
        using (var zlib = new ZLibStream(target, CompressionLevel.Fastest))
        {
            for (var y = 0; y < height && samples.Length > 0; y++)
            {
                zlib.WriteByte(0); // the row is not filtered
                zlib.Write(samples, y * (samples.Length / height), samples.Length / height);
            }
        }
        return target.ToArray();
    }

    private static void WriteChunk(Stream file, string name, byte[] content)
    {
        byte[] body = [.. Encoding.ASCII.GetBytes(name), .. content];
        var number = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        file.Write(number);
        file.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32(body));
        file.Write(number);
    }

    private static uint Crc32(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
        }
        return ~crc;
    }
}
