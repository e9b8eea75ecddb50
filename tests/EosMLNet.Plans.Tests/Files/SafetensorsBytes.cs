using System.Buffers.Binary;
using System.Text;

namespace EosMLNet.Tests.Files;

/// <summary>Makes safetensors files by hand, good ones and bad ones.</summary>
internal static class SafetensorsBytes
{
    /// <summary>Length, header and data; <paramref name="announced"/> is the header length to claim instead of the true one.</summary>
    internal static byte[] Make(string header, int dataBytes, ulong? announced = null)
    {
        var json = Encoding.UTF8.GetBytes(header);
        var file = new byte[8 + json.Length + dataBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(file, announced ?? (ulong)json.Length);
        json.CopyTo(file, 8);
        return file;
    }
}
