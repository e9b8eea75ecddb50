using System.Text;
using Benchmarks.Peers;

namespace Benchmarks.Tests.Peers;

/// <summary>The format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md.</summary>
public sealed class GgufFileTests : IDisposable
{
    private static readonly LlamaConfig Shape = new() { HiddenSize = 64, IntermediateSize = 96, LayerCount = 2, HeadCount = 4, KeyValueHeadCount = 2, HeadSize = 16, VocabularySize = 50 };
    private readonly string file = Path.GetTempFileName();

    public void Dispose() => File.Delete(file);

    [Theory]
    [InlineData(GgufType.Float32, 64 * 50 * 4)]
    [InlineData(GgufType.BFloat16, 64 * 50 * 2)]
    [InlineData(GgufType.Q8, 64 * 50 / 32 * 34)]
    public void Every_tensor_lies_aligned_behind_the_one_before_it_and_the_file_ends_with_the_last(object type, int embedding)
    {
        GgufFile.Write(file, Shape, (GgufType)type);
        var (tensors, data, length) = Read();
        Assert.Equal(2 * 9 + 3, tensors.Count);
        Assert.Equal("token_embd.weight", tensors[0].Name);
        Assert.Equal(new ulong[] { 64, 50 }, tensors[0].Sizes);
        Assert.All(tensors, tensor => Assert.Equal(0ul, tensor.Offset % 32));
        Assert.Equal((ulong)(embedding + 31) / 32 * 32, tensors[1].Offset);
        Assert.All(tensors.Zip(tensors.Skip(1)), pair => Assert.True(pair.First.Offset < pair.Second.Offset));
        Assert.True((ulong)length >= (ulong)data + tensors[^1].Offset + (ulong)embedding);
    }

    [Fact]
    public void A_number_in_8_bits_or_bfloat16_is_the_one_in_float32_rounded()
    {
        var (precise, half, eight) = (FirstRow(GgufType.Float32), FirstRow(GgufType.BFloat16), FirstRow(GgufType.Q8));
        for (var i = 0; i < 64; i++)
        {
            var expected = BitConverter.ToSingle(precise, 4 * i);
            Assert.InRange(expected, -0.02f, 0.02f);
            Assert.Equal(expected, BitConverter.UInt32BitsToSingle((uint)BitConverter.ToUInt16(half, 2 * i) << 16), 1.6e-4f);
            var block = i / 32 * 34;
            Assert.Equal(expected, (float)BitConverter.ToHalf(eight, block) * (sbyte)eight[block + 2 + i % 32], 1e-4f);
        }
    }

    private byte[] FirstRow(GgufType type)
    {
        GgufFile.Write(file, Shape, type);
        return File.ReadAllBytes(file)[(int)Read().Data..];
    }

    private (List<(string Name, ulong[] Sizes, ulong Offset)> Tensors, long Data, long Length) Read()
    {
        using var reader = new BinaryReader(File.OpenRead(file));
        Assert.Equal("GGUF", Encoding.ASCII.GetString(reader.ReadBytes(4)));
        Assert.Equal(3u, reader.ReadUInt32());
        var (count, facts) = (reader.ReadUInt64(), reader.ReadUInt64());
        for (ulong i = 0; i < facts; i++)
        {
            Assert.NotEqual("", Text());
            if (reader.ReadUInt32() == 8)
                Text();
            else
                reader.ReadUInt32();
        }
        var tensors = new List<(string, ulong[], ulong)>();
        for (ulong i = 0; i < count; i++)
        {
            var name = Text();
            ulong[] sizes = [.. Enumerable.Range(0, reader.ReadInt32()).Select(_ => reader.ReadUInt64())];
            reader.ReadUInt32();
            tensors.Add((name, sizes, reader.ReadUInt64()));
        }
        return (tensors, (reader.BaseStream.Position + 31) / 32 * 32, reader.BaseStream.Length);

        string Text() => Encoding.UTF8.GetString(reader.ReadBytes((int)reader.ReadUInt64()));
    }
}
