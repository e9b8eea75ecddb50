using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Win32.SafeHandles;

namespace EosMLNet.Files;

/// <summary>
/// A safetensors file. Opening it reads and checks the header only; elements are then read from the disk straight to where they are wanted.
/// May be read from several threads.
/// </summary>
public sealed class SafetensorsFile : IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly SafetensorsHeader _header;

    private SafetensorsFile(string path, SafeFileHandle file, SafetensorsHeader header) => (Path, _file, _header) = (path, file, header);

    /// <summary>The file's path.</summary>
    public string Path { get; }

    /// <summary>The tensors by name.</summary>
    public IReadOnlyDictionary<string, SafetensorsEntry> Entries => _header.Entries;

    /// <summary>The header's free-form texts, such as <c>format</c> = <c>pt</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <summary>Opens a file and checks its header.</summary>
    /// <exception cref="EosException">EOS1001: it cannot be opened. EOS1002: truncated or malformed header. EOS1003: tensors that overlap,
    /// leave the file or do not have their shape's size. EOS1004: an element type that is not supported.</exception>
    public static SafetensorsFile Open(string path)
    {
        var file = OpenHandle(path);
        try
        {
            return new SafetensorsFile(path, file, SafetensorsHeader.Read(file, path));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Writes a file as a whole or not at all. The same tensors give the same bytes: widest element type first (so that every tensor is
    /// aligned), then by name.
    /// </summary>
    /// <param name="path">The file; its folder is made when it is missing.</param>
    /// <param name="parts">The tensors.</param>
    /// <param name="metadata">The header's free-form texts; null for <c>format</c> = <c>pt</c>, which transformers asks for.</param>
    /// <exception cref="ArgumentException">Two tensors have one name, or one is called <c>__metadata__</c>.</exception>
    /// <exception cref="EosException">EOS2003: the file cannot be written.</exception>
    public static void Write(string path, IEnumerable<SafetensorsPart> parts, IReadOnlyDictionary<string, string>? metadata = null) =>
        AtomicFile.Write(path, Writer(parts, metadata));

    /// <summary>What writes such a file to a stream.</summary>
    /// <exception cref="ArgumentException">Two tensors have one name, or one is called <c>__metadata__</c>.</exception>
    internal static Action<Stream> Writer(IEnumerable<SafetensorsPart> parts, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var ordered = parts.OrderByDescending(part => part.DataType.Size()).ThenBy(part => part.Name, StringComparer.Ordinal).ToList();
        var header = new JsonObject { ["__metadata__"] = ToJson(metadata ?? new Dictionary<string, string> { ["format"] = "pt" }) };
        long offset = 0;
        foreach (var part in ordered)
        {
            var end = offset + part.ByteCount;
            header.Add(part.Name, new JsonObject
            {
                ["dtype"] = part.DataType.Name(),
                ["shape"] = new JsonArray([.. part.Shape.Select(n => JsonValue.Create(n))]),
                ["data_offsets"] = new JsonArray(offset, end),
            });
            offset = end;
        }
        return stream =>
        {
            WriteHeader(stream, header.ToJsonString());
            foreach (var part in ordered)
                part.Write(stream);
        };
    }

    /// <summary>Finds a tensor.</summary>
    /// <exception cref="EosException">EOS1006: there is no such tensor.</exception>
    public SafetensorsEntry Find(string name) => Entries.TryGetValue(name, out var entry)
        ? entry
        : throw new EosException(EosErrors.MissingTensor, $"'{Path}' has no tensor '{name}'; it has {Entries.Count} others.");

    /// <summary>Reads a tensor of floating-point numbers, row by row, as float32.</summary>
    /// <param name="name">Its name in the file.</param>
    /// <exception cref="EosException">EOS1006: no such tensor. EOS1004: it holds no floating-point numbers, or more than an array does.
    /// EOS1002: the file became shorter since it was opened.</exception>
    public float[] ReadFloats(string name)
    {
        var entry = Find(name);
        var size = entry.DataType.Size();
        if (!entry.DataType.IsFloatingPoint() || entry.ByteCount > Array.MaxLength)
        {
            throw new EosException(EosErrors.UnsupportedDataType,
                $"'{name}' of '{Path}' has {entry.ByteCount} bytes of {entry.DataType} numbers, " +
                $"expected F32, BF16, F16 or F64 and at most {Array.MaxLength} bytes.");
        }
        var bytes = new byte[entry.ByteCount];
        ReadBytes(entry, 0, bytes);
        var numbers = new float[bytes.Length / size];
        for (var i = 0; i < numbers.Length; i++)
            numbers[i] = Number(bytes.AsSpan(i * size, size), entry.DataType);
        return numbers;
    }

    /// <summary>Reads bytes of a tensor.</summary>
    /// <param name="entry">The tensor.</param>
    /// <param name="first">The byte of the tensor to begin with.</param>
    /// <param name="destination">Where the bytes go, as many as it has room for.</param>
    /// <exception cref="EosException">EOS1002: the file became shorter since it was opened.</exception>
    public void ReadBytes(SafetensorsEntry entry, long first, Span<byte> destination) =>
        ReadFully(_file, destination, entry.FileOffset + first, Path);

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();

    /// <summary>Opens any file for reading from its beginning to its end.</summary>
    /// <exception cref="EosException">EOS1001: it cannot be opened.</exception>
    public static SafeFileHandle OpenHandle(string path)
    {
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read, FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EosException(EosErrors.FileMissing, $"'{path}' cannot be opened: {e.Message}", e);
        }
    }

    internal static void ReadFully(SafeFileHandle file, Span<byte> destination, long offset, string path)
    {
        while (destination.Length > 0)
        {
            var count = RandomAccess.Read(file, destination, offset);
            if (count == 0)
                throw new EosException(EosErrors.SafetensorsHeader,
                    $"'{path}' ends at byte {offset}, {destination.Length} bytes early; it is truncated. Fetch it again.");
            destination = destination[count..];
            offset += count;
        }
    }

    private static float Number(ReadOnlySpan<byte> bytes, SafetensorsType type) => type switch
    {
        SafetensorsType.Float64 => (float)BinaryPrimitives.ReadDoubleLittleEndian(bytes),
        SafetensorsType.Float32 => BinaryPrimitives.ReadSingleLittleEndian(bytes),
        SafetensorsType.Float16 => (float)BinaryPrimitives.ReadHalfLittleEndian(bytes),
        _ => BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(bytes) << 16), // bfloat16: the upper half
    };

    private static JsonObject ToJson(IReadOnlyDictionary<string, string> metadata) =>
        new(metadata.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => KeyValuePair.Create<string, JsonNode?>(m.Key, m.Value)));

    private static void WriteHeader(Stream stream, string json)
    {
        var length = (Encoding.UTF8.GetByteCount(json) + 7) / 8 * 8; // padded with spaces: the data begins at a multiple of 8
        Span<byte> prefix = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, length);
        stream.Write(prefix);
        var bytes = new byte[length];
        bytes.AsSpan().Fill((byte)' ');
        Encoding.UTF8.GetBytes(json, bytes);
        stream.Write(bytes);
    }
}
