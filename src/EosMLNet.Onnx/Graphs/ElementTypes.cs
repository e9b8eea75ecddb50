using System.Buffers.Binary;
using EosMLNet.Onnx.Protos;

namespace EosMLNet.Onnx.Graphs;

/// <summary>What the format says of types of elements.</summary>
internal static class ElementTypes
{
    /// <summary>Its number in the format.</summary>
    internal static TensorProto.Types.DataType Proto(this ElementType type) => type switch
    {
        ElementType.Float => TensorProto.Types.DataType.Float,
        ElementType.Half => TensorProto.Types.DataType.Float16,
        ElementType.BFloat16 => TensorProto.Types.DataType.Bfloat16,
        ElementType.Double => TensorProto.Types.DataType.Double,
        ElementType.Int32 => TensorProto.Types.DataType.Int32,
        ElementType.Int64 => TensorProto.Types.DataType.Int64,
        ElementType.Byte => TensorProto.Types.DataType.Uint8,
        _ => TensorProto.Types.DataType.Bool,
    };

    /// <summary>Bytes of an element.</summary>
    internal static int Size(this ElementType type) => type switch
    {
        ElementType.Double or ElementType.Int64 => 8,
        ElementType.Float or ElementType.Int32 => 4,
        ElementType.Half or ElementType.BFloat16 => 2,
        _ => 1,
    };

    /// <summary>Writes a number as one element.</summary>
    internal static void Write(this ElementType type, Span<byte> to, double value)
    {
        switch (type)
        {
            case ElementType.Float:
                BinaryPrimitives.WriteSingleLittleEndian(to, (float)value);
                break;
            case ElementType.Half:
                BinaryPrimitives.WriteHalfLittleEndian(to, (Half)value);
                break;
            case ElementType.Int32:
                BinaryPrimitives.WriteInt32LittleEndian(to, (int)value);
                break;
            case ElementType.Int64:
                BinaryPrimitives.WriteInt64LittleEndian(to, (long)value);
                break;
            case ElementType.Bool:
                to[0] = (byte)(value == 0 ? 0 : 1);
                break;
            default:
                throw new ArgumentException($"No constant of a graph is {type}.", nameof(type));
        }
    }
}
