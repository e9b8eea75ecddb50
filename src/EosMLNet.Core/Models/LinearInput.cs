using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Models;

/// <summary>
/// What linear layers are applied to. Layers of one input share what is made of it; it lives in the scope it is first asked for.
/// </summary>
/// <param name="values">(…, in).</param>
internal sealed class LinearInput(Tensor values)
{
    private (Tensor Rows, Tensor Scales)? quantized;

    internal Tensor Values => values;

    /// <summary>
    /// Each row in 8 bits around <see cref="OneDnn.Zero"/>, uint8, (n, in), and what one step of it is, float32, (n, 1). The largest
    /// number of a row is 127 steps from zero. A row with a number that is not finite has a step that is not: what layers make of it is no
    /// number either.
    /// </summary>
    internal (Tensor Rows, Tensor Scales) Quantized => quantized ??= Quantize();

    public static implicit operator LinearInput(Tensor values) => new(values);

    private (Tensor, Tensor) Quantize()
    {
        using var scope = NewDisposeScope();
        var rows = values.reshape(-1, values.shape[^1]);                                            // (n, in)
        var scales = Int8Steps.SizesOf(rows);                                                       // (n, 1)
        var steps = rows.div(scales).Add(OneDnn.Zero + 0.5).to(ScalarType.Byte);                // towards zero: to the nearest
        return (steps.MoveToOuterDisposeScope(), scales.MoveToOuterDisposeScope());
    }
}
