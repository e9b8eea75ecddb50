using static TorchSharp.torch;

namespace EosMLNet.Tensors;

/// <summary>Forms of weights in words.</summary>
internal static class WeightFormNames
{
    /// <summary>
    /// The form with the type that all else is computed in, as latency tables and reports name it. Ordinary tensors are the type alone.
    /// </summary>
    internal static string InWords(this WeightForm form, ScalarType type) => form switch
    {
        WeightForm.Packed => $"{type}, packed",
        WeightForm.Int8 => $"Int8 with {type}",
        _ => $"{type}",
    };
}
