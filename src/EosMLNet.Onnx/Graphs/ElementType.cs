namespace EosMLNet.Onnx.Graphs;

/// <summary>The type of a tensor's elements.</summary>
internal enum ElementType
{
    /// <summary>32 bits, IEEE 754.</summary>
    Float,
    /// <summary>16 bits, IEEE 754.</summary>
    Half,
    /// <summary>16 bits with float32's exponent: weights are kept in it, nothing is computed.</summary>
    BFloat16,
    /// <summary>64 bits, IEEE 754: weights are kept in it, nothing is computed.</summary>
    Double,
    /// <summary>Whole numbers of 32 bits.</summary>
    Int32,
    /// <summary>Whole numbers of 64 bits: places, sizes, token ids.</summary>
    Int64,
    /// <summary>Whole numbers of 8 bits, from 0: steps of weights in few bits.</summary>
    Byte,
    /// <summary>True or false.</summary>
    Bool,
}
