using static TorchSharp.torch;

namespace EosMLNet.Tensors;

/// <summary>
/// The type that means, norms and softmaxes are computed in, since they need the digits: float32 for half precision, else the type itself.
/// </summary>
internal static class ComputeType
{
    /// <summary>The type for numbers of this one.</summary>
    public static ScalarType Of(ScalarType type) => type == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;

    /// <summary>The type for a tensor.</summary>
    public static ScalarType Of(Tensor x) => Of(x.dtype);

    /// <summary>The tensor in that type.</summary>
    public static Tensor Cast(Tensor x) => x.to_type(Of(x));
}
