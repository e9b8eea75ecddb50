using static TorchSharp.torch;

namespace EosMLNet.Tensors;

/// <summary>Rounding to 8 bits: a row has steps of its own, of which its largest number has 127.</summary>
internal static class Int8Steps
{
    /// <summary>Steps of the largest number of a row.</summary>
    internal const int Most = 127;

    /// <summary>
    /// The most inputs of a layer: products of 8 bits are added in 32, and each is at most 255 · 127 (an input is around
    /// <see cref="OneDnn.Zero"/>, without sign).
    /// </summary>
    internal const int WidestLayer = int.MaxValue / (byte.MaxValue * Most);

    /// <summary>
    /// What one step of each row is, float32, (…, 1). It is above 0, so that a row of zeros stays one; not finite where the row is not.
    /// </summary>
    /// <param name="rows">(…, n).</param>
    internal static Tensor SizesOf(Tensor rows)
    {
        using var scope = NewDisposeScope();
        return rows.abs().amax([-1L], keepdim: true).to(ScalarType.Float32).Mul(1.0 / Most).Add(float.Epsilon).MoveToOuterDisposeScope();
    }
}
