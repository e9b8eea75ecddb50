using System.Buffers.Binary;

namespace Fuzz.Targets;

/// <summary>The layout of PNG files, for the targets that read pictures.</summary>
internal static class PngFormat
{
    private const int Length = 4, Name = 4, Checksum = 4;
    private static readonly byte[] Signature = [0x89, .. "PNG\r\n\u001a\n"u8];

    /// <summary>The same with the checksum that each chunk's content has, so that a change is looked at; other files as they are.</summary>
    internal static byte[] Mended(byte[] input)
    {
        if (!input.AsSpan().StartsWith(Signature))
            return input;
        var mended = (byte[])input.Clone();
        for (var at = Signature.Length; at + Length + Name + Checksum <= mended.Length;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(mended.AsSpan(at));
            var end = at + Length + Name + length;
            if (end + Checksum > mended.Length)
                break;
            var covered = mended.AsSpan(at + Length, Name + (int)length);
            BinaryPrimitives.WriteUInt32BigEndian(mended.AsSpan((int)end), Crc32(covered));
            at = (int)end + Checksum;
        }
        return mended;
    }

    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0xEDB88320;
        }
        return ~crc;
    }
}
