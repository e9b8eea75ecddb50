using System.Collections.Concurrent;
using TorchSharp;
using static TorchSharp.torch;

namespace EosMLNet.Runtime;

/// <summary>
/// Arithmetic between tensors and numbers that is safe from the garbage collector. TorchSharp hands a <see cref="Scalar"/>'s native handle to
/// libtorch without keeping the managed object alive, so a scalar made by implicit conversion (<c>x * 0.5</c>) can be finalised during the call.
/// Here each scalar outlives its call; the implicit conversions themselves are banned by the analyzer (build/BannedSymbols.txt).
/// </summary>
public static class Scalars
{
    // Never removed: these are the program's literals (1e-5, -inf, 0.5), a few dozen at most.
    private static readonly ConcurrentDictionary<double, Scalar> Literals = new();
    // An integer, so that it is a factor of integer tensors too.
    private static readonly Scalar One = MakeOne();

    /// <summary>A scalar that is never collected. Only for literals of the source code; a value that varies would grow the cache for ever.</summary>
    public static Scalar Literal(double value) => Literals.GetOrAdd(value, static v => v.ToScalar());

    /// <summary>Element-wise <c>x · value</c>.</summary>
    public static Tensor Times(this Tensor x, double value)
    {
        using var scalar = value.ToScalar();
        return x.mul(scalar);
    }

    /// <summary>Element-wise <c>x · value</c>; integers stay integers.</summary>
    public static Tensor Times(this Tensor x, long value)
    {
        using var scalar = value.ToScalar();
        return x.mul(scalar);
    }

    /// <summary>Element-wise <c>x + value</c>.</summary>
    public static Tensor Plus(this Tensor x, double value)
    {
        using var scalar = value.ToScalar();
        return x.add(scalar, One);
    }

    /// <summary>Element-wise <c>x + value</c>; integers stay integers.</summary>
    public static Tensor Plus(this Tensor x, long value)
    {
        using var scalar = value.ToScalar();
        return x.add(scalar, One);
    }

    /// <summary>Element-wise <c>x + y</c>. TorchSharp's own <c>x + y</c> makes a scalar for the factor 1 of y, with the fault described above.</summary>
    public static Tensor Plus(this Tensor x, Tensor y) => x.add(y, One);

    /// <summary>Element-wise <c>x + y</c>, written over x where no gradient is recorded; x is not needed any more.</summary>
    internal static Tensor PlusInto(this Tensor x, Tensor y) => is_grad_enabled() ? x.Plus(y) : x.add_(y, One);

    /// <summary>Element-wise <c>x · y</c>, written over x where no gradient is recorded; x is not needed any more.</summary>
    internal static Tensor TimesInto(this Tensor x, Tensor y) => is_grad_enabled() ? x.mul(y) : x.mul_(y);

    /// <summary>Element-wise <c>x / value</c>.</summary>
    public static Tensor Over(this Tensor x, double value)
    {
        using var scalar = value.ToScalar();
        return x.div(scalar);
    }

    /// <summary>Element-wise <c>value - x</c>.</summary>
    public static Tensor SubtractedFrom(this Tensor x, double value)
    {
        using var scalar = value.ToScalar();
        using var negative = x.neg();
        return negative.add(scalar, One);
    }

    /// <summary>Element-wise <c>value - x</c>; integers stay integers.</summary>
    public static Tensor SubtractedFrom(this Tensor x, long value)
    {
        using var scalar = value.ToScalar();
        using var negative = x.neg();
        return negative.add(scalar, One);
    }

    /// <summary>Element-wise <c>x ^ exponent</c>.</summary>
    public static Tensor Power(this Tensor x, double exponent)
    {
        using var scalar = exponent.ToScalar();
        return x.pow(scalar);
    }

    /// <summary>Element-wise <c>min(max(x, low), high)</c>.</summary>
    public static Tensor Clamped(this Tensor x, double low, double high)
    {
        using var lower = low.ToScalar();
        using var upper = high.ToScalar();
        return x.clamp(lower, upper);
    }

    /// <summary>A copy of <paramref name="x"/> with <paramref name="value"/> wherever <paramref name="mask"/> is true.</summary>
    public static Tensor Filled(this Tensor x, Tensor mask, double value)
    {
        using var scalar = value.ToScalar();
        return x.masked_fill(mask, scalar);
    }

    /// <summary>Element-wise <c>x &gt; value</c>, a boolean tensor.</summary>
    public static Tensor Above(this Tensor x, double value)
    {
        using var scalar = value.ToScalar();
        return x.gt(scalar);
    }

    /// <summary>Element-wise <c>x &lt; value</c>, a boolean tensor.</summary>
    public static Tensor Below(this Tensor x, double value)
    {
        using var scalar = value.ToScalar();
        return x.lt(scalar);
    }

    /// <summary>Element-wise <c>x == value</c>, a boolean tensor.</summary>
    public static Tensor EqualTo(this Tensor x, double value)
    {
        using var scalar = value.ToScalar();
        return x.eq(scalar);
    }

    /// <summary>The integers <c>0 … count-1</c> as int64, (count).</summary>
    public static Tensor Range(long count, Device? device = null)
    {
        TorchRuntime.EnsureLoaded();
        using var start = 0L.ToScalar();
        using var stop = count.ToScalar();
        using var step = 1L.ToScalar();
        return arange(start, stop, step, ScalarType.Int64, device);
    }

    /// <summary>A tensor of one value.</summary>
    public static Tensor Constant(double value, long[] shape, ScalarType dtype, Device? device = null)
    {
        TorchRuntime.EnsureLoaded();
        using var scalar = value.ToScalar();
        return full(shape, scalar, dtype, device);
    }

    private static Scalar MakeOne()
    {
        TorchRuntime.EnsureLoaded();
        return 1L.ToScalar();
    }
}
