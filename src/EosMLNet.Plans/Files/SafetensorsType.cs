namespace EosMLNet.Files;

/// <summary>The element types of safetensors files that are read and written.</summary>
public enum SafetensorsType
{
    /// <summary><c>F64</c>.</summary>
    Float64,

    /// <summary><c>F32</c>.</summary>
    Float32,

    /// <summary><c>F16</c>.</summary>
    Float16,

    /// <summary><c>BF16</c>.</summary>
    BFloat16,

    /// <summary><c>I64</c>.</summary>
    Int64,

    /// <summary><c>I32</c>.</summary>
    Int32,

    /// <summary><c>I16</c>.</summary>
    Int16,

    /// <summary><c>I8</c>.</summary>
    Int8,

    /// <summary><c>U8</c>.</summary>
    Byte,

    /// <summary><c>BOOL</c>.</summary>
    Bool,
}
