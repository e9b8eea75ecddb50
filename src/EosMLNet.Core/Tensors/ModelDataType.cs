namespace EosMLNet.Tensors;

/// <summary>
/// The type of numbers that a model keeps its weights in and computes with. What a site decides is computed in float32 at least.
/// </summary>
public enum ModelDataType
{
    /// <summary>32 bits.</summary>
    Float32,

    /// <summary>16 bits, with the range of float32 and 8 bits of precision. Half the memory; about two digits of a logit.</summary>
    BFloat16,

    /// <summary>16 bits, with 11 bits of precision and numbers up to 65,504: what is larger becomes infinite.</summary>
    Float16,
}
