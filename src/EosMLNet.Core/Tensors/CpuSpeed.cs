using System.Diagnostics;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace EosMLNet.Tensors;

/// <summary>
/// How much faster than in float32 this processor multiplies matrices in other types. Measured once a process, in a few milliseconds. A
/// type without instructions of its own is emulated, which is slower by tens or hundreds of times.
/// </summary>
internal static class CpuSpeed
{
    private const double Clearly = 1.5; // noise does not make this out of equal speeds
    private static readonly Lazy<double> BFloat16Gain = new(MeasureBFloat16), Int8Gain = new(MeasureInt8);

    /// <summary>How many times as fast bfloat16 is as float32; at most 1 where it is not worth a closer look.</summary>
    internal static double BFloat16 => BFloat16Gain.Value;

    /// <summary>The same of uint8 by int8; 0 where this libtorch has no such product, or it is wrong.</summary>
    internal static double Int8 => Int8Gain.Value;

    /// <summary>Whether a model is clearly faster in bfloat16 than in float32.</summary>
    internal static bool PrefersBFloat16 => BFloat16 >= Clearly;

    /// <summary>Whether a model is clearly faster in 8 bits than in float32.</summary>
    internal static bool HasInt8 => Int8 >= Clearly;

    private static double MeasureBFloat16()
    {
        return Gain(size =>
        {
            var (x, weight) = Pair(size, ScalarType.BFloat16);
            return () => functional.linear(x, weight);
        });
    }

    private static double MeasureInt8()
    {
        if (!OneDnn.IsThere || !IsExact())
            return 0;
        return Gain(size =>
        {
            var (x, weight) = (ones([size / 4, size], ScalarType.Byte), OneDnn.PackQuantized(ones([size, size], ScalarType.Int8)));
            var scales = ones(size);
            return () => OneDnn.Quantized(x, weight, scales, ScalarType.Float32);
        });
    }

    // Without the instructions that were made for it, pairs of products are added in 16 bits, and cut off there.
    private static bool IsExact()
    {
        using var unrecorded = no_grad();
        using var scope = NewDisposeScope();
        var (x, weight) = (Scalars.Full(255, [8, 64], ScalarType.Byte), Scalars.Full(127, [64, 64], ScalarType.Int8));
        var sum = OneDnn.Quantized(x, OneDnn.PackQuantized(weight), ones(64), ScalarType.Float32);
        return sum.data<float>().All(value => value == (255 - OneDnn.Zero) * 127 * 64);
    }

    // A small product first: an emulated one of any size takes too long.
    private static double Gain(Func<int, Func<Tensor>> product)
    {
        using var unrecorded = no_grad();
        using var scope = NewDisposeScope();
        double gain = 0;
        foreach (var size in new[] { 128, 512 })
        {
            var (x, weight) = Pair(size, ScalarType.Float32);
            gain = Best(() => functional.linear(x, weight)) / Best(product(size));
            if (gain < 0.5)
                break;
        }
        return gain;
    }

    private static (Tensor X, Tensor Weight) Pair(int size, ScalarType type) => (ones([size / 4, size], type), ones([size, size], type));

    private static double Best(Func<Tensor> product)
    {
        var best = double.PositiveInfinity;
        for (var run = 0; run < 8; run++)
        {
            var begun = Stopwatch.GetTimestamp();
            product().Dispose();
            best = Math.Min(best, Stopwatch.GetElapsedTime(begun).TotalSeconds);
        }
        return best;
    }
}
