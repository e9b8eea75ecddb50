using System.Runtime.InteropServices;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace EosMLNet.Tensors;

/// <summary>Types of numbers, and whether a device computes in them.</summary>
public static class DataTypes
{
    /// <summary>torch's type; <see langword="null"/> for none, which leaves the choice to the loader.</summary>
    /// <param name="type">The type; null for none.</param>
    public static ScalarType? Torch(ModelDataType? type) => type switch
    {
        ModelDataType.Float32 => ScalarType.Float32,
        ModelDataType.BFloat16 => ScalarType.BFloat16,
        ModelDataType.Float16 => ScalarType.Float16,
        _ => null,
    };

    /// <summary>
    /// Checks that a device has what a model does in a type: a convolution, a matrix product, attention, and sums in float32 of its
    /// results.
    /// </summary>
    /// <exception cref="EosException">EOS2009: it has not.</exception>
    internal static void CheckComputes(ScalarType type, Device device)
    {
        if (type is ScalarType.Float32 or ScalarType.Float64)
            return; // every device has float32, and float64 is for those who look closely
        try
        {
            using var unrecorded = no_grad();
            using var scope = NewDisposeScope();
            var x = ones([1, 2, 4, 4], type, device);
            var image = functional.conv2d(x, ones([2, 2, 2, 2], type, device), null, strides: [2, 2]);
            var attended = functional.scaled_dot_product_attention(x, x, x, zeros([1, 1, 4, 4], type, device));
            var sum = functional.gelu(functional.linear(attended, ones([4, 4], type, device))).sum().mul(functional.silu(image).sum())
                .to_type(ScalarType.Float32);
            _ = sum.cpu().data<float>()[0]; // errors of a GPU come when its results are asked for
        }
        catch (Exception e) when (e is ExternalException or NotSupportedException or NotImplementedException)
        {
            throw new EosException(EosErrors.DataType,
                $"The device {device} does not compute a model in {type}: {e.Message.Split('\n')[0].Trim()} Use float32, or " +
                "another device.", e);
        }
    }
}
