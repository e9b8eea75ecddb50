namespace EosMLNet.Onnx.Weights;

/// <summary>Where a weight lies.</summary>
/// <param name="File">Its file.</param>
/// <param name="Name">Its name there.</param>
internal readonly record struct WeightPlace(SafetensorsFile File, string Name)
{
    /// <summary>Its type, sizes and bytes.</summary>
    internal SafetensorsEntry Entry => File.Entries[Name];
}
