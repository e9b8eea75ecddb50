using System.Buffers.Binary;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace EosMLNet.Files;

/// <summary>
/// Reads a safetensors header: a little-endian 64-bit length, then that many bytes of JSON
/// <c>{name: {dtype, shape, data_offsets: [begin, end]}}</c>, offsets counted from the header's end
/// (https://github.com/huggingface/safetensors#format). Everything in it is checked before a tensor is made of it.
/// </summary>
internal sealed class SafetensorsHeader
{
    private const long LargestHeader = 100_000_000; // the reference implementation's limit
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 4, AllowDuplicateProperties = false };
    private readonly string _path;
    private readonly long _dataStart, _dataLength;

    private SafetensorsHeader(string path, long dataStart, long dataLength) =>
        (_path, _dataStart, _dataLength) = (path, dataStart, dataLength);

    internal Dictionary<string, SafetensorsEntry> Entries { get; } = [];
    internal Dictionary<string, string> Metadata { get; } = [];

    internal static SafetensorsHeader Read(SafeFileHandle file, string path)
    {
        var fileLength = RandomAccess.GetLength(file);
        Span<byte> prefix = stackalloc byte[8];
        if (fileLength < prefix.Length || RandomAccess.Read(file, prefix, 0) < prefix.Length)
            throw Malformed(path, $"has {fileLength} bytes, too few for the 8 of a header's length");
        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > LargestHeader)
            throw Malformed(path, $"announces a header of {length} bytes, more than the {LargestHeader} allowed");
        if (length > (ulong)(fileLength - prefix.Length))
            throw Malformed(path, $"announces a header of {length} bytes but has only {fileLength} bytes in all");

        var bytes = new byte[length];
        SafetensorsFile.ReadFully(file, bytes, prefix.Length, path);
        var header = new SafetensorsHeader(path, prefix.Length + (long)length, fileLength - prefix.Length - (long)length);
        header.Parse(bytes);
        header.RequireNoOverlap();
        return header;
    }

    private void Parse(byte[] json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Strict); // spaces that pad the header are JSON white space
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (property.Name == "__metadata__")
                    ParseMetadata(property.Value);
                else
                    Entries.Add(property.Name, ParseEntry(property.Name, property.Value));
            }
        }
        // InvalidOperationException: a value of another kind than the getter's, or text that is not valid Unicode.
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw new EosException(EosErrors.SafetensorsHeader,
                $"'{_path}' has a malformed safetensors header: {e.Message} Fetch the file again.", e);
        }
    }

    private void ParseMetadata(JsonElement metadata)
    {
        foreach (var property in metadata.EnumerateObject())
            Metadata.Add(property.Name,
                property.Value.GetString() ?? throw Malformed(_path, $"has null for the metadata '{property.Name}'"));
    }

    private SafetensorsEntry ParseEntry(string name, JsonElement entry)
    {
        var typeName = entry.GetProperty("dtype").GetString() ?? "";
        if (!SafetensorsTypes.TryFind(typeName, out var type))
        {
            var isQuantised = typeName.StartsWith("F8", StringComparison.Ordinal) || typeName.StartsWith("F4", StringComparison.Ordinal);
            throw new EosException(EosErrors.UnsupportedDataType,
                $"tensor '{name}' of '{_path}' has type '{typeName}', expected one of {SafetensorsTypes.Names}." +
                (isQuantised ? $" The checkpoint is quantised. {SafetensorsTypes.QuantisedRemedy}." : ""));
        }
        long[] shape = [.. entry.GetProperty("shape").EnumerateArray().Select(item => item.GetInt64())];
        if (entry.GetProperty("data_offsets") is not { ValueKind: JsonValueKind.Array } offsets || offsets.GetArrayLength() != 2)
            throw Malformed(_path, $"gives tensor '{name}' no pair of data_offsets");
        var (begin, end) = (offsets[0].GetInt64(), offsets[1].GetInt64());
        if (begin < 0 || end < begin || end > _dataLength)
            throw BadLayout($"tensor '{name}' at bytes {begin} to {end} of {_dataLength} bytes of data");
        var needed = ByteCount(name, shape, type.Size());
        if (needed != end - begin)
            throw BadLayout(
                $"tensor '{name}' of shape [{string.Join(", ", shape)}] and type {typeName} in {end - begin} bytes instead of {needed}");
        return new SafetensorsEntry(type, shape, _dataStart + begin, needed);
    }

    private long ByteCount(string name, long[] shape, int elementSize)
    {
        if (shape.Any(n => n < 0))
            throw BadLayout($"tensor '{name}' with the shape [{string.Join(", ", shape)}]");
        try
        {
            return shape.Aggregate((long)elementSize, (product, n) => checked(product * n));
        }
        catch (OverflowException)
        {
            throw BadLayout($"tensor '{name}' with the shape [{string.Join(", ", shape)}], larger than memory can be");
        }
    }

    private void RequireNoOverlap()
    {
        var previous = (Name: "", End: 0L);
        foreach (var (name, entry) in Entries.Where(e => e.Value.ByteCount > 0).OrderBy(e => e.Value.FileOffset))
        {
            if (entry.FileOffset < previous.End)
                throw BadLayout($"overlapping tensors '{previous.Name}' and '{name}'");
            previous = (name, entry.FileOffset + entry.ByteCount);
        }
    }

    private static EosException Malformed(string path, string what) =>
        new(EosErrors.SafetensorsHeader, $"'{path}' {what}; it is truncated or not a safetensors file. Fetch it again.");

    private EosException BadLayout(string what) =>
        new(EosErrors.SafetensorsLayout, $"'{_path}' has {what}; it is truncated or damaged. Fetch it again.");
}
