using System.Collections.Concurrent;
using System.Diagnostics;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace EosMLNet.Tensors;

/// <summary>
/// How much faster than in float32 this processor computes in other types, or with packed weights. Measured once a process for each
/// size, in some milliseconds. A type without instructions of its own is emulated, which is slower by tens or hundreds of times; and on a
/// narrow model products hardly count beside all else.
/// </summary>
internal static class CpuSpeed
{
    private const double Clearly = 1.5; // noise does not make this out of equal speeds
    private const int Rows = 128, WidestLayer = 1024, WidestProduct = 512, Narrow = 256;
    private static readonly ConcurrentDictionary<(int Width, int Inner), double> BFloat16Gains = new();
    private static readonly Lazy<double> Int8Gain = new(MeasureInt8), PackedGain = new(MeasurePacked);

    /// <summary>How many times as fast products of uint8 by int8 are; 0 where this libtorch has none, or wrong ones.</summary>
    internal static double Int8 => Int8Gain.Value;

    /// <summary>Whether products in 8 bits are clearly faster than in float32.</summary>
    internal static bool HasInt8 => Int8 >= Clearly;

    /// <summary>
    /// How many times as fast bfloat16 is for the feed-forward part of a layer, with its normalisation: its products, and what lies between
    /// them.
    /// </summary>
    /// <param name="width">Width of the model.</param>
    /// <param name="inner">Width of the feed-forward part.</param>
    internal static double BFloat16(int width, int inner) => BFloat16Gains.GetOrAdd(
        (Math.Min(width, WidestLayer), Math.Min(inner, 2 * WidestLayer)),
        static size => Products(64) < 0.1 ? 0 : Gain(Layer(size, ScalarType.Float32), Layer(size, ScalarType.BFloat16)));

    /// <summary>
    /// Whether a model is clearly faster in bfloat16 than in float32. A narrow one is not asked about: it gains so little that noise would
    /// decide, and with it which plan a seed gives.
    /// </summary>
    internal static bool PrefersBFloat16(int width, int inner) => width >= Narrow && BFloat16(width, inner) >= Clearly;

    /// <summary>How many times as fast products in float32 are with packed weights; 0 where this libtorch cannot pack them.</summary>
    internal static double PackedFloat32 => PackedGain.Value;

    /// <summary>
    /// Whether a model in float32 is clearly faster with packed weights. It is where libtorch's own products are slow: MKL is at its best
    /// on Intel's processors. A narrow model is not asked about, as for bfloat16.
    /// </summary>
    internal static bool PrefersPackedFloat32(int width) => width >= Narrow && PackedFloat32 >= Clearly;

    // Of one product by itself: what tells emulation before it takes long.
    private static double Products(int size)
    {
        return Gain(Product(ScalarType.Float32), Product(ScalarType.BFloat16));

        Func<Func<Tensor>> Product(ScalarType type) => () =>
        {
            var (x, weight) = (ones([16, size], type), ones([size, size], type));
            return () => functional.linear(x, weight);
        };
    }

    private static Func<Func<Tensor>> Layer((int Width, int Inner) size, ScalarType type) => () =>
    {
        var (x, up, down) = (ones([Rows, size.Width], type), ones([size.Inner, size.Width], type), ones([size.Width, size.Inner], type));
        return () =>
        {
            using var scope = NewDisposeScope();
            var precise = x.to(ScalarType.Float32);
            var normalised = precise.mul(precise.mul(precise).mean([-1L], keepdim: true).rsqrt()).to(type);
            return functional.linear(functional.silu(functional.linear(normalised, up)), down).add_(x, Scalars.Literal(1))
                .MoveToOuterDisposeScope();
        };
    };

    private static double MeasurePacked() => !OneDnn.Packs(ScalarType.Float32) ? 0 : Gain(PlainProduct, static () =>
    {
        var (x, weight) = (ones([Rows, WidestProduct]), ones([WidestProduct, WidestProduct]));
        return OneDnn.TryPack(weight) is { } packed ? () => OneDnn.Linear(x, packed, null) : () => functional.linear(x, weight);
    });

    private static Func<Tensor> PlainProduct()
    {
        var (x, weight) = (ones([Rows, WidestProduct]), ones([WidestProduct, WidestProduct]));
        return () => functional.linear(x, weight);
    }

    private static double MeasureInt8()
    {
        if (!OneDnn.IsThere || !IsExact())
            return 0;
        return Gain(PlainProduct, static () =>
        {
            var x = ones([Rows, WidestProduct], ScalarType.Byte);
            var (weight, scales) = (OneDnn.PackQuantized(ones([WidestProduct, WidestProduct], ScalarType.Int8)), ones(WidestProduct));
            return () => OneDnn.Quantized(x, weight, scales, ScalarType.Float32);
        });
    }

    // Without the instructions that were made for it, pairs of products are added in 16 bits, and cut off there.
    private static bool IsExact()
    {
        using var unrecorded = no_grad();
        using var scope = NewDisposeScope();
        var (x, weight) = (Scalars.Full(255, [8, 64], ScalarType.Byte), Scalars.Full(127, [64, 64], ScalarType.Int8));
        try
        {
            var sum = OneDnn.Quantized(x, OneDnn.PackQuantized(weight), ones(64), ScalarType.Float32);
            return sum.data<float>().All(value => value == (255 - OneDnn.Zero) * 127 * 64);
        }
        catch (EosException)
        {
            return false; // not on this processor
        }
    }

    private static double Gain(Func<Func<Tensor>> inFloat32, Func<Func<Tensor>> other)
    {
        using var unrecorded = no_grad();
        using var scope = NewDisposeScope();
        return Best(inFloat32()) / Best(other());
    }

    /// <summary>The seconds of the fastest of some runs.</summary>
    /// <param name="work">Gives a tensor, which is thrown away.</param>
    internal static double Best(Func<Tensor> work)
    {
        var best = double.PositiveInfinity;
        for (var run = 0; run < 6; run++)
        {
            var begun = Stopwatch.GetTimestamp();
            work().Dispose();
            best = Math.Min(best, Stopwatch.GetElapsedTime(begun).TotalSeconds);
        }
        return best;
    }
}
