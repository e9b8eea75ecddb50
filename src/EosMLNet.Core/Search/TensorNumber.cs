using static TorchSharp.torch;

namespace EosMLNet.Search;

/// <summary>Reads a tensor of one value.</summary>
internal static class TensorNumber
{
    /// <summary>The value as a double, whatever the tensor's type and device.</summary>
    internal static double Number(this Tensor x)
    {
        using var scope = NewDisposeScope();
        return x.detach().to_type(ScalarType.Float64).cpu().item<double>();
    }
}
