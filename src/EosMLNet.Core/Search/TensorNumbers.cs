using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Search;

/// <summary>Tensors as numbers and back, whatever their type and device.</summary>
internal static class TensorNumbers
{
    /// <summary>The value of a tensor that has one.</summary>
    internal static double Number(this Tensor x)
    {
        using var scope = NewDisposeScope();
        return x.detach().to_type(ScalarType.Float64).cpu().item<double>();
    }

    /// <summary>All values, in their order.</summary>
    internal static double[] Numbers(this Tensor x)
    {
        using var scope = NewDisposeScope();
        return x.detach().to_type(ScalarType.Float64).cpu().flatten().data<double>().ToArray();
    }

    /// <summary>Writes all values, in their order, outside of any gradient.</summary>
    internal static void Set(this Tensor x, double[] numbers)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        x.copy_(tensor(numbers, x.shape, dtype: x.dtype).Upload(x.device));
    }
}
