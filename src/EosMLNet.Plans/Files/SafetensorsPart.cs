using System.Buffers.Binary;

namespace EosMLNet.Files;

/// <summary>One tensor of a safetensors file that is to be written.</summary>
/// <param name="Name">Its name.</param>
/// <param name="DataType">The element type.</param>
/// <param name="Shape">The sizes; none for a single number.</param>
/// <param name="Write">Writes the elements, row by row and little-endian: as many bytes as type and shape ask for.</param>
public sealed record SafetensorsPart(string Name, SafetensorsType DataType, IReadOnlyList<long> Shape, Action<Stream> Write)
{
    /// <summary>Numbers in memory, as float32.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="numbers">The numbers, row by row.</param>
    /// <param name="shape">The sizes; their product is the count of the numbers.</param>
    public static SafetensorsPart Of(string name, float[] numbers, params long[] shape)
    {
        return new(name, SafetensorsType.Float32, shape, Write);

        void Write(Stream stream)
        {
            var bytes = new byte[numbers.Length * sizeof(float)];
            for (var i = 0; i < numbers.Length; i++)
                BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), numbers[i]);
            stream.Write(bytes);
        }
    }

    internal long ByteCount => Shape.Aggregate((long)DataType.Size(), (product, n) => checked(product * n));
}
