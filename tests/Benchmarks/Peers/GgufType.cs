namespace Benchmarks.Peers;

/// <summary>What a GGUF file stores numbers in, by ggml's own numbers.</summary>
internal enum GgufType : uint
{
    /// <summary>F32.</summary>
    Float32 = 0,

    /// <summary>Q8_0: blocks of 32 numbers of 8 bits with a scale.</summary>
    Q8 = 8,

    /// <summary>BF16.</summary>
    BFloat16 = 30,
}
