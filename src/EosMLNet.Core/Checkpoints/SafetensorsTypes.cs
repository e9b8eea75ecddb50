using static TorchSharp.torch;

namespace EosMLNet.Checkpoints;

/// <summary>The element types of the safetensors format that torch has too.</summary>
internal static class SafetensorsTypes
{
    private static readonly (string Name, ScalarType Type, int Size)[] All =
    [
        ("F64", ScalarType.Float64, 8), ("F32", ScalarType.Float32, 4), ("F16", ScalarType.Float16, 2), ("BF16", ScalarType.BFloat16, 2),
        ("I64", ScalarType.Int64, 8), ("I32", ScalarType.Int32, 4), ("I16", ScalarType.Int16, 2), ("I8", ScalarType.Int8, 1),
        ("U8", ScalarType.Byte, 1), ("BOOL", ScalarType.Bool, 1),
    ];

    internal static string Names => string.Join(", ", All.Select(t => t.Name));

    internal static bool TryFind(string name, out ScalarType type, out int size)
    {
        foreach (var known in All)
        {
            if (known.Name != name)
                continue;
            (type, size) = (known.Type, known.Size);
            return true;
        }
        (type, size) = (default, 0);
        return false;
    }

    internal static (string Name, int Size) Describe(ScalarType type, string tensor)
    {
        foreach (var known in All)
        {
            if (known.Type == type)
                return (known.Name, known.Size);
        }
        throw new EosException(EosErrors.UnsupportedDataType, $"tensor '{tensor}' has type {type}, which safetensors files cannot hold; convert it to one of {Names}.");
    }
}
