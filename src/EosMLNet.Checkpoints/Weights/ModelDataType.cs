namespace EosMLNet.Tensors;

/// <summary>
/// The type of numbers that a model keeps its weights in and computes with. What a site decides, and norms and softmaxes, are computed in
/// float32 at least.
/// </summary>
public enum ModelDataType
{
    /// <summary>
    /// The fastest that loses nothing to speak of. On a GPU: the type that the checkpoint is stored in. On the CPU: bfloat16 where the
    /// checkpoint is stored in 16 bits and the processor is at least 1.5 times as fast in bfloat16 as in float32 on layers as wide as the
    /// model's, which is measured for a moment; else float32, as for every model narrower than 256.
    /// </summary>
    Auto,

    /// <summary>32 bits.</summary>
    Float32,

    /// <summary>16 bits, with the range of float32 and 8 bits of precision. Half the memory; about two digits of a logit.</summary>
    BFloat16,

    /// <summary>16 bits, with 11 bits of precision and numbers up to 65,504: what is larger becomes infinite.</summary>
    Float16,

    /// <summary>
    /// Linear layers in 8 bits, weights in steps of their own for each row and inputs for each token; all else as <see cref="Auto"/> has
    /// it. A quarter of float32's memory. For answers, on the CPU.
    /// </summary>
    Int8,

    /// <summary>64 bits, to compare with. Slow.</summary>
    Float64,
}
