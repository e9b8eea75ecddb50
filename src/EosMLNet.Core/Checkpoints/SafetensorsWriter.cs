using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using EosMLNet.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace EosMLNet.Checkpoints;

/// <summary>
/// Writes safetensors files. The same tensors give the same bytes: widest element type first (so that every tensor is aligned), then by
/// name.
/// </summary>
public static class SafetensorsWriter
{
    private const int LargestWrite = 1 << 28; // bytes

    /// <summary>Writes a file as a whole or not at all.</summary>
    /// <param name="path">The file; its folder is made when it is missing.</param>
    /// <param name="tensors">Names and tensors of any device and layout.</param>
    /// <param name="metadata">The header's free-form texts; null for <c>format</c> = <c>pt</c>, which transformers asks for.</param>
    /// <exception cref="ArgumentException">Two tensors have one name, or one is called <c>__metadata__</c>.</exception>
    /// <exception cref="EosException">EOS1004: an element type that the format lacks. EOS2003: the file cannot be written.</exception>
    public static void Write(string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        TorchRuntime.EnsureLoaded();
        var ordered = tensors
            .Select(t => (Name: t.Key, Tensor: t.Value, Type: SafetensorsTypes.Describe(t.Value.dtype, t.Key)))
            .OrderByDescending(t => t.Type.Size).ThenBy(t => t.Name, StringComparer.Ordinal)
            .ToList();
        var header = new JsonObject { ["__metadata__"] = ToJson(metadata ?? new Dictionary<string, string> { ["format"] = "pt" }) };
        long offset = 0;
        foreach (var (name, tensor, type) in ordered)
        {
            var end = offset + tensor.numel() * type.Size;
            header.Add(name, new JsonObject
            {
                ["dtype"] = type.Name,
                ["shape"] = new JsonArray([.. tensor.shape.Select(n => JsonValue.Create(n))]),
                ["data_offsets"] = new JsonArray(offset, end),
            });
            offset = end;
        }
        AtomicFile.Write(path, stream =>
        {
            WriteHeader(stream, header.ToJsonString());
            foreach (var (_, tensor, type) in ordered)
                WriteElements(stream, tensor, type.Size);
        });
    }

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

    private static void WriteElements(Stream stream, Tensor tensor, int elementSize)
    {
        if (tensor.numel() == 0)
            return;
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var flat = tensor.detach().cpu().contiguous().view(-1);
        var step = LargestWrite / elementSize;
        for (long start = 0; start < flat.shape[0]; start += step)
        {
            using var piece = flat.narrow(0, start, Math.Min(step, flat.shape[0] - start));
            stream.Write(piece.bytes);
        }
    }
}
