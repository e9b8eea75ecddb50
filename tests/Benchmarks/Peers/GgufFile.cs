using System.Text;

namespace Benchmarks.Peers;

/// <summary>
/// Writes a llama decoder with random weights as a GGUF file (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md, version 3), which llama.cpp reads. It has a vocabulary of numbers only: prompts are ids.
/// </summary>
internal static class GgufFile
{
    private const int Alignment = 32, BlockSize = 32;

    private const uint TypeUInt32 = 4, TypeFloat32 = 6, TypeString = 8;

    /// <param name="path">The file to write.</param>
    /// <param name="shape">The decoder.</param>
    /// <param name="type">What matrices are stored in; vectors are in float32.</param>
    internal static void Write(string path, LlamaConfig shape, GgufType type)
    {
        using var file = File.Create(path);
        using var writer = new BinaryWriter(file, Encoding.UTF8);
        var tensors = Tensors(shape, type).ToList();
        var facts = new List<Action>();
        void Number(string key, uint value) => facts.Add(() => { Text(writer, key); writer.Write(TypeUInt32); writer.Write(value); });
        void Real(string key, double value) => facts.Add(() => { Text(writer, key); writer.Write(TypeFloat32); writer.Write((float)value); });
        void Word(string key, string value) => facts.Add(() => { Text(writer, key); writer.Write(TypeString); Text(writer, value); });
        Word("general.architecture", "llama");
        Number("llama.context_length", (uint)shape.MaxPositions);
        Number("llama.embedding_length", (uint)shape.HiddenSize);
        Number("llama.block_count", (uint)shape.LayerCount);
        Number("llama.feed_forward_length", (uint)shape.IntermediateSize);
        Number("llama.attention.head_count", (uint)shape.HeadCount);
        Number("llama.attention.head_count_kv", (uint)shape.KeyValueHeadCount);
        Number("llama.rope.dimension_count", (uint)shape.HeadSize);
        Number("llama.vocab_size", (uint)shape.VocabularySize);
        Real("llama.attention.layer_norm_rms_epsilon", shape.RmsNormEps);
        Real("llama.rope.freq_base", shape.RopeTheta);
        Word("tokenizer.ggml.model", "none");

        writer.Write("GGUF"u8);
        writer.Write(3u);
        writer.Write((ulong)tensors.Count);
        writer.Write((ulong)facts.Count);
        facts.ForEach(write => write());
        ulong offset = 0;
        foreach (var (name, sizes, stored) in tensors)
        {
            Text(writer, name);
            writer.Write((uint)sizes.Length);
            foreach (var size in sizes)
                writer.Write((ulong)size);
            writer.Write((uint)stored);
            writer.Write(offset);
            offset += (ulong)Aligned(Bytes(sizes, stored));
        }
        writer.Flush();
        file.Position = Aligned(file.Position);
        var random = new Random(1);
        foreach (var (_, sizes, stored) in tensors)
        {
            var row = Row(random, (int)sizes[0], stored);
            for (var i = 0; i < (sizes.Length > 1 ? sizes[1] : 1); i++)
                file.Write(row);
            file.Position = Aligned(file.Position);
        }
        file.SetLength(file.Position);
    }

    // Sizes as GGUF has them: the input's first.
    private static IEnumerable<(string Name, long[] Sizes, GgufType Type)> Tensors(LlamaConfig shape, GgufType type)
    {
        long d = shape.HiddenSize, f = shape.IntermediateSize, q = shape.HeadCount * shape.HeadSize, kv = shape.KeyValueHeadCount * shape.HeadSize;
        yield return ("token_embd.weight", [d, shape.VocabularySize], type);
        for (var layer = 0; layer < shape.LayerCount; layer++)
        {
            yield return ($"blk.{layer}.attn_norm.weight", [d], GgufType.Float32);
            yield return ($"blk.{layer}.attn_q.weight", [d, q], type);
            yield return ($"blk.{layer}.attn_k.weight", [d, kv], type);
            yield return ($"blk.{layer}.attn_v.weight", [d, kv], type);
            yield return ($"blk.{layer}.attn_output.weight", [q, d], type);
            yield return ($"blk.{layer}.ffn_norm.weight", [d], GgufType.Float32);
            yield return ($"blk.{layer}.ffn_gate.weight", [d, f], type);
            yield return ($"blk.{layer}.ffn_up.weight", [d, f], type);
            yield return ($"blk.{layer}.ffn_down.weight", [f, d], type);
        }
        yield return ("output_norm.weight", [d], GgufType.Float32);
        yield return ("output.weight", [d, shape.VocabularySize], type);
    }

    private static long Bytes(long[] sizes, GgufType type) => sizes.Aggregate(1L, (product, size) => product * size) * RowBytes(BlockSize, type) / BlockSize;

    private static int RowBytes(int width, GgufType type) => type switch
    {
        GgufType.Float32 => 4 * width,
        GgufType.BFloat16 => 2 * width,
        _ => width / BlockSize * (2 + BlockSize), // a scale in float16, and a byte each
    };

    private static byte[] Row(Random random, int width, GgufType type)
    {
        var bytes = new byte[RowBytes(width, type)];
        for (var i = 0; i < width; i++)
        {
            var value = (float)(0.04 * (random.NextDouble() - 0.5));
            if (type == GgufType.Float32)
                BitConverter.TryWriteBytes(bytes.AsSpan(4 * i), value);
            else if (type == GgufType.BFloat16)
                BitConverter.TryWriteBytes(bytes.AsSpan(2 * i), (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16));
            else
            {
                var block = i / BlockSize * (2 + BlockSize);
                BitConverter.TryWriteBytes(bytes.AsSpan(block), (Half)(0.02 / 127));
                bytes[block + 2 + i % BlockSize] = (byte)(sbyte)Math.Round(value / 0.02 * 127);
            }
        }
        return bytes;
    }

    private static long Aligned(long bytes) => (bytes + Alignment - 1) / Alignment * Alignment;

    private static void Text(BinaryWriter writer, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        writer.Write((ulong)bytes.Length);
        writer.Write(bytes);
    }
}
