using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace EosMLNet.Onnx.Weights;

/// <summary>Writes a model's weights in another type.</summary>
internal static class WeightConversion
{
    /// <summary>Writes <see cref="WeightFiles.ConvertedFile"/>: one weight is read and converted at a time.</summary>
    /// <param name="folder">Where it goes.</param>
    /// <param name="config">The model.</param>
    /// <param name="checkpoint">The weights.</param>
    /// <param name="type">The type.</param>
    /// <param name="cancellation">Checked before each weight.</param>
    /// <exception cref="EosException">EOS1004: a weight of a linear layer has a number that is not finite. EOS2003: the file cannot be
    /// written.</exception>
    internal static void Write(string folder, ModelConfig config, Checkpoint checkpoint, OnnxWeights type, CancellationToken cancellation)
    {
        var parts = new List<SafetensorsPart>();
        foreach (var weight in config.Weights)
        {
            var (file, stored) = checkpoint.Locate(weight.Name, weight.Shape);
            if (type is OnnxWeights.Int8 or OnnxWeights.Int4 && weight.IsLinear)
                parts.AddRange(Quantized(weight, () => file.ReadFloats(stored), type == OnnxWeights.Int8 ? 8 : 4, cancellation));
            else if (type == OnnxWeights.Float16)
                parts.Add(new(weight.Name, SafetensorsType.Float16, weight.Shape, stream => WriteHalves(stream, file.ReadFloats(stored))));
            else
                parts.Add(new(weight.Name, file.Entries[stored].DataType, weight.Shape, stream => Copy(stream, file, stored)));
        }
        SafetensorsFile.Write(Path.Combine(folder, WeightFiles.ConvertedFile), parts);
    }

    private static SafetensorsPart[] Quantized(WeightShape weight, Func<float[]> read, int bits, CancellationToken cancellation)
    {
        var (rows, columns) = ((int)weight.Shape[0], (int)weight.Shape[1]);
        var size = BlockQuantization.BlockOf(bits);
        var blocks = (columns + size - 1) / size;
        // Both parts are written apart, and the weight is rounded for each: memory for one weight, not for all.
        return
        [
            new(BlockQuantization.StepsOf(weight.Name), SafetensorsType.Byte, [rows, blocks, size * bits / 8],
                stream => stream.Write(Round().Steps)),
            new(BlockQuantization.ScalesOf(weight.Name), SafetensorsType.Float32, [rows, blocks],
                stream => stream.Write(MemoryMarshal.AsBytes(Round().Scales.AsSpan()))),
        ];

        (byte[] Steps, float[] Scales) Round()
        {
            cancellation.ThrowIfCancellationRequested();
            var numbers = read();
            if (Array.Exists(numbers, number => !float.IsFinite(number)))
            {
                throw new EosException(EosErrors.UnsupportedDataType,
                    $"'{weight.Name}' has a number that is not finite and cannot be kept in {bits} bits. Export the weights as stored.");
            }
            return BlockQuantization.Round(numbers, rows, columns, bits);
        }
    }

    private static void WriteHalves(Stream stream, float[] numbers)
    {
        var bytes = new byte[numbers.Length * sizeof(short)];
        for (var i = 0; i < numbers.Length; i++)
            BinaryPrimitives.WriteHalfLittleEndian(bytes.AsSpan(i * sizeof(short)), (Half)numbers[i]);
        stream.Write(bytes);
    }

    private static void Copy(Stream stream, SafetensorsFile file, string name)
    {
        var (entry, buffer) = (file.Entries[name], new byte[1 << 20]);
        for (var at = 0L; at < entry.ByteCount; at += buffer.Length)
        {
            var part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, entry.ByteCount - at));
            file.ReadBytes(entry, at, part);
            stream.Write(part);
        }
    }
}
