namespace EosMLNet.Files;

/// <summary>How safetensors files call their element types, and how many bytes an element takes.</summary>
public static class SafetensorsTypes
{
    /// <summary>What to do about quantised weights, for messages; a sentence without its full stop.</summary>
    public const string QuantisedRemedy = "Use the checkpoint that it was made from, in float32, bfloat16 or float16";

    private static readonly (string Name, SafetensorsType Type, int Size)[] All =
    [
        ("F64", SafetensorsType.Float64, 8), ("F32", SafetensorsType.Float32, 4), ("F16", SafetensorsType.Float16, 2),
        ("BF16", SafetensorsType.BFloat16, 2), ("I64", SafetensorsType.Int64, 8), ("I32", SafetensorsType.Int32, 4),
        ("I16", SafetensorsType.Int16, 2), ("I8", SafetensorsType.Int8, 1), ("U8", SafetensorsType.Byte, 1),
        ("BOOL", SafetensorsType.Bool, 1),
    ];

    /// <summary>All names, for messages.</summary>
    public static string Names => string.Join(", ", All.Select(t => t.Name));

    /// <summary>Whether the elements are floating-point numbers.</summary>
    /// <param name="type">The type.</param>
    public static bool IsFloatingPoint(this SafetensorsType type) =>
        type is SafetensorsType.Float64 or SafetensorsType.Float32 or SafetensorsType.Float16 or SafetensorsType.BFloat16;

    internal static int Size(this SafetensorsType type) => All.First(t => t.Type == type).Size;

    internal static string Name(this SafetensorsType type) => All.First(t => t.Type == type).Name;

    internal static bool TryFind(string name, out SafetensorsType type)
    {
        foreach (var known in All)
        {
            if (known.Name != name)
                continue;
            type = known.Type;
            return true;
        }
        type = default;
        return false;
    }
}
