using System.Collections.Concurrent;
using EosMLNet.LibTorch;
using TorchSharp;
using static TorchSharp.torch;

namespace EosMLNet.Tensors;

/// <summary>
/// Arithmetic between tensors and numbers that is safe from the garbage collector. TorchSharp hands a <see cref="Scalar"/>'s native handle
/// to libtorch without keeping the managed object alive, so a scalar made by implicit conversion (<c>x * 0.5</c>) can be finalised during
/// the call. Here each scalar outlives its call; the implicit conversions themselves are banned by the analyzer (build/BannedSymbols.txt).
/// </summary>
public static class Scalars
{
    // Never removed: these are the program's literals (1e-5, -inf, 0.5), a few dozen at most.
    private static readonly ConcurrentDictionary<double, Scalar> Literals = new();
    // An integer, so that it is a factor of integer tensors too.
    private static readonly Scalar One = MakeOne();

    /// <summary>
    /// A scalar that is never collected. Only for literals of the source code; a value that varies would grow the cache for ever.
    /// </summary>
    public static Scalar Literal(double value) => Literals.GetOrAdd(value, static v => v.ToScalar());

    /// <summary>Element-wise <c>x · value</c>.</summary>
    public static Tensor Mul(this Tensor x, double value)
    {
        using var scalar = value.ToScalar();
        return x.mul(scalar);
    }

    /// <summary>Element-wise <c>x · value</c>; integers stay integers.</summary>
    public static Tensor Mul(this Tensor x, long value)
    {
        using var scalar = value.ToScalar();
        return x.mul(scalar);
    }

    /// <summary>Element-wise <c>x + value</c>.</summary>
    public static Tensor Add(this Tensor x, double value)
    {
        using var scalar = value.ToScalar();
        return x.add(scalar, One);
    }

    /// <summary>Element-wise <c>x + value</c>; integers stay integers.</summary>
    public static Tensor Add(this Tensor x, long value)
    {
        using var scalar = value.ToScalar();
        return x.add(scalar, One);
    }

    /// <summary>
    /// Element-wise <c>x + y</c>. TorchSharp's own <c>x + y</c> makes a scalar for the factor 1 of y, with the fault described above.
    /// </summary>
    public static Tensor Add(this Tensor x, Tensor y) => x.add(y, One);

    /// <summary>Element-wise <c>x + y</c>, written over x where no gradient is recorded; x is not needed any more.</summary>
    internal static Tensor AddInto(this Tensor x, Tensor y) => is_grad_enabled() ? x.Add(y) : x.add_(y, One);

    /// <summary>Element-wise <c>x · y</c>, written over x where no gradient is recorded; x is not needed any more.</summary>
    internal static Tensor MulInto(this Tensor x, Tensor y) => is_grad_enabled() ? x.mul(y) : x.mul_(y);

    /// <summary>Element-wise <c>x / value</c>.</summary>
    public static Tensor Div(this Tensor x, double value)
    {
        using var scalar = value.ToScalar();
        return x.div(scalar);
    }

    /// <summary>Element-wise <c>value - x</c>.</summary>
    public static Tensor RSub(this Tensor x, double value)
    {
        using var scalar = value.ToScalar();
        using var negative = x.neg();
        return negative.add(scalar, One);
    }

    /// <summary>Element-wise <c>value - x</c>; integers stay integers.</summary>
    public static Tensor RSub(this Tensor x, long value)
    {
        using var scalar = value.ToScalar();
        using var negative = x.neg();
        return negative.add(scalar, One);
    }

    /// <summary>Element-wise <c>x ^ exponent</c>.</summary>
    public static Tensor Pow(this Tensor x, double exponent)
    {
        using var scalar = exponent.ToScalar();
        return x.pow(scalar);
    }

    /// <summary>
    /// Element-wise <c>log(1 + e^x)</c>. TorchSharp's own function makes two scalars within, with the fault described above.
    /// </summary>
    internal static Tensor Softplus(this Tensor x)
    {
        using var zero = x.new_zeros(1);
        return x.logaddexp(zero);
    }

    /// <summary>Element-wise <c>min(max(x, low), high)</c>.</summary>
    public static Tensor Clamp(this Tensor x, double low, double high)
    {
        using var lower = low.ToScalar();
        using var upper = high.ToScalar();
        return x.clamp(lower, upper);
    }

    /// <summary>A copy of <paramref name="x"/> with <paramref name="value"/> wherever <paramref name="mask"/> is true.</summary>
    public static Tensor MaskedFill(this Tensor x, Tensor mask, double value)
    {
        using var scalar = value.ToScalar();
        return x.masked_fill(mask, scalar);
    }

    /// <summary>Element-wise <c>x &gt; value</c>, a boolean tensor.</summary>
    public static Tensor Gt(this Tensor x, double value)
    {
        using var scalar = value.ToScalar();
        return x.gt(scalar);
    }

    /// <summary>Element-wise <c>x &lt; value</c>, a boolean tensor.</summary>
    public static Tensor Lt(this Tensor x, double value)
    {
        using var scalar = value.ToScalar();
        return x.lt(scalar);
    }

    /// <summary>Element-wise <c>x == value</c>, a boolean tensor.</summary>
    public static Tensor Eq(this Tensor x, double value)
    {
        using var scalar = value.ToScalar();
        return x.eq(scalar);
    }

    /// <summary>The integers <c>0 … count-1</c> as int64, (count).</summary>
    public static Tensor Arange(long count, Device? device = null)
    {
        TorchRuntime.EnsureLoaded();
        using var start = 0L.ToScalar();
        using var stop = count.ToScalar();
        using var step = 1L.ToScalar();
        return arange(start, stop, step, ScalarType.Int64, device);
    }

    /// <summary>A tensor of one value.</summary>
    public static Tensor Full(double value, long[] shape, ScalarType dtype, Device? device = null)
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
