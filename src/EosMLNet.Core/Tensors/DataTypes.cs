using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace EosMLNet.Tensors;

/// <summary>Types of numbers, and whether a device computes in them.</summary>
internal static class DataTypes
{
    /// <summary>The type that a model computes in.</summary>
    /// <param name="asked">The type that is asked for.</param>
    /// <param name="stored">The type that most of the checkpoint's weights are stored in.</param>
    /// <param name="device">The device.</param>
    /// <param name="width">Width of the model's decoder.</param>
    /// <param name="inner">Width of its feed-forward layers.</param>
    /// <returns>One of the types that torch has; for <see cref="ModelDataType.Int8"/>, the one that is not in 8 bits.</returns>
    public static ScalarType Resolve(ModelDataType asked, ScalarType stored, Device device, int width, int inner) => asked switch
    {
        ModelDataType.Float32 => ScalarType.Float32,
        ModelDataType.BFloat16 => ScalarType.BFloat16,
        ModelDataType.Float16 => ScalarType.Float16,
        ModelDataType.Float64 => ScalarType.Float64,
        ModelDataType.Int8 => CpuSpeed.PrefersBFloat16(width, inner) ? ScalarType.BFloat16 : ScalarType.Float32,
        _ when device.type != DeviceType.CPU => stored,
        _ => stored is ScalarType.BFloat16 or ScalarType.Float16 && CpuSpeed.PrefersBFloat16(width, inner) ? ScalarType.BFloat16
            : ScalarType.Float32,
    };

    /// <summary>The type's name among those of models.</summary>
    public static ModelDataType Of(ScalarType type) => type switch
    {
        ScalarType.Float64 => ModelDataType.Float64,
        ScalarType.BFloat16 => ModelDataType.BFloat16,
        ScalarType.Float16 => ModelDataType.Float16,
        _ => ModelDataType.Float32,
    };

    /// <summary>
    /// Whether weights of a type are laid out for this processor before a model answers: in bfloat16 always, in float32 where that is
    /// clearly faster.
    /// </summary>
    /// <param name="type">The type of the weights.</param>
    /// <param name="width">Width of the model's decoder.</param>
    public static bool IsPacked(ScalarType type, int width) => OneDnn.Packs(type) && type switch
    {
        ScalarType.BFloat16 => true,
        ScalarType.Float32 => CpuSpeed.PrefersPackedFloat32(width),
        _ => false,
    };

    /// <summary>
    /// Checks that a device has what a model does in a type: a convolution, a matrix product, attention, and sums in float32 of its
    /// results; for 8 bits, products that are exact and not emulated.
    /// </summary>
    /// <exception cref="EosException">EOS2009: it has not.</exception>
    public static void CheckComputes(ModelDataType asked, ScalarType type, Device device)
    {
        if (asked == ModelDataType.Int8)
            CheckInt8(device);
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

    private static void CheckInt8(Device device)
    {
        if (device.type != DeviceType.CPU)
            throw new EosException(EosErrors.DataType,
                $"A model in int8 was asked for on {device}; expected the CPU. Use bfloat16 or float16 there.");
        if (!CpuSpeed.HasInt8)
            throw new EosException(EosErrors.DataType,
                "This processor, or this libtorch, has no fast and exact products of 8-bit numbers; expected the instructions VNNI " +
                "or AMX and libtorch with oneDNN. Use data type auto.");
    }
}
