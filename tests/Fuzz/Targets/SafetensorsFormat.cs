using System.Buffers.Binary;

namespace Fuzz.Targets;

/// <summary>The layout of safetensors files, for the targets that read them.</summary>
internal static class SafetensorsFormat
{
    private const int Prefix = 8;

    /// <summary>The same with a length in front that ends the header where the outermost object ends.</summary>
    internal static byte[] Mended(byte[] input)
    {
        if (input.Length <= Prefix)
            return input;
        var (depth, end) = (0, Prefix);
        var isText = false;
        for (; end < input.Length; end++)
        {
            if (input[end] == '"' && input[end - 1] != '\\')
                isText = !isText;
            else if (!isText && input[end] == '{')
                depth++;
            else if (!isText && input[end] == '}' && --depth == 0)
                break;
        }
        var mended = (byte[])input.Clone();
        BinaryPrimitives.WriteInt64LittleEndian(mended, Math.Min(end + 1, input.Length) - Prefix);
        return mended;
    }
}
