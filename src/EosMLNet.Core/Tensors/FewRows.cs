using System.Buffers;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static TorchSharp.torch;

namespace EosMLNet.Tensors;

/// <summary>
/// Products of a few rows, as in decoding, with a weight that oneDNN has laid out. Such a product takes as long as reading the weight does,
/// if it reads nothing else and reads it once (build/docs/adr/0029). Sums are in float32, or exact in 32 bits, in the order of the inputs
/// whichever thread adds them, and are rounded once.
/// </summary>
internal sealed unsafe class FewRows
{
    private const int MostInFloat = 2, MostInInt8 = 4; // rows of input: with more, oneDNN is as fast or faster
    private const int Short = 1 << 16; // bytes of a weight that are read before a second thread knows of them

    private readonly Tensor weight;
    private readonly Tensor? scales, bias;
    private readonly PackedLayout layout;
    private readonly int inputs;

    /// <param name="layout">How the weight's memory is laid out.</param>
    /// <param name="weight">Float32, bfloat16 or int8.</param>
    /// <param name="scales">What a step of each row of the weight is, float32, (out), where it is in 8 bits.</param>
    /// <param name="bias">(out), of the inputs' type; null for none.</param>
    internal FewRows(PackedLayout layout, Tensor weight, Tensor? scales, Tensor? bias)
    {
        (this.layout, this.weight, this.scales, this.bias) = (layout, weight, scales, bias);
        inputs = layout.Words * sizeof(uint) / (int)weight.element_size();
    }

    /// <summary>The most rows of input.</summary>
    internal int Most => scales is null ? MostInFloat : MostInInt8;

    /// <summary>Whether this processor has the instructions.</summary>
    internal static bool AreThere => Avx2.IsSupported && Fma.IsSupported;

    /// <summary>The products of a weight that <see cref="OneDnn"/> has laid out; null where its layout is not known.</summary>
    internal static FewRows? Of(Tensor weight, Tensor? scales, Tensor? bias) =>
        AreThere && OneDnn.LayoutOf(weight) is { } layout ? new FewRows(layout, weight, scales, bias) : null;

    /// <summary>Whether an input is one of theirs.</summary>
    internal bool Take(Tensor x) => x.numel() <= Most * (long)inputs && x.shape[^1] == inputs && x.is_contiguous()
        && (scales is null ? x.dtype == weight.dtype : x.dtype is ScalarType.Float32 or ScalarType.BFloat16);

    /// <summary>x Wᵀ + b. In 8 bits the input is rounded as <see cref="Models.LinearInput"/> rounds it.</summary>
    /// <param name="x">(…, in).</param>
    /// <returns>(…, out), of x's type.</returns>
    internal Tensor Apply(Tensor x)
    {
        var result = empty([.. x.shape[..^1], layout.Rows], x.dtype);
        var count = (int)x.numel();
        var buffer = ArrayPool<float>.Shared.Rent(2 * count);
        fixed (float* numbers = buffer)
        {
            RowNumbers.Widen(OneDnn.NumbersOf(x), x.dtype, numbers, count);
            if (scales is not null)
            {
                var steps = stackalloc float[MostInInt8];
                var rounded = (sbyte*)(numbers + count);
                for (var row = 0; row < count / inputs; row++)
                    steps[row] = RowNumbers.Round(numbers + row * inputs, rounded + row * inputs, inputs);
                Multiply<Int8Words>((uint*)rounded, steps, result, count / inputs);
            }
            else if (weight.dtype == ScalarType.BFloat16)
                Multiply<BFloat16Words>((uint*)numbers, null, result, count / inputs);
            else
                Multiply<Float32Words>((uint*)numbers, null, result, count / inputs);
        }
        ArrayPool<float>.Shared.Return(buffer);
        GC.KeepAlive(x);
        return result;
    }

    private void Multiply<T>(uint* input, float* steps, Tensor result, int rows) where T : struct, IWordProduct
    {
        var packed = (uint*)OneDnn.NumbersOf(weight);
        var factors = scales is null ? null : (float*)OneDnn.NumbersOf(scales);
        var added = bias is null ? null : OneDnn.NumbersOf(bias);
        var output = (byte*)OneDnn.NumbersOf(result);
        var (type, rowSize) = (result.dtype, layout.Rows * (int)result.element_size());
        if (4L * layout.Rows * layout.Words < Short)
        {
            for (var block = 0; block < layout.Blocks; block++)
                Block(block);
        }
        else
            ProductThreads.Run(layout.Blocks, Block);

        void Block(int block)
        {
            var sums = stackalloc uint[rows * layout.Block];
            BlockProduct.Add<T>(input, rows, packed + (long)block * layout.BlockWords * layout.Block, layout, sums);
            for (var row = 0; row < rows; row++)
                Finish<T>(sums + row * layout.Block, block * layout.Block, factors, steps is null ? 1 : steps[row], added,
                    output + row * rowSize, type);
        }
    }

    // Sums of the weight's rows from the first on.
    private void Finish<T>(uint* sums, int first, float* factors, float step, void* added, void* output, ScalarType type)
        where T : struct, IWordProduct
    {
        var end = Math.Min(first + layout.Block, layout.Rows);
        for (var column = first; column < end; column += RowNumbers.Lanes, sums += RowNumbers.Lanes)
        {
            var values = T.ToSingle(Vector256.Load(sums));
            if (factors is not null)
                values = values * RowNumbers.Read(factors, ScalarType.Float32, column, end - column) * step;
            if (added is not null)
                values += RowNumbers.Read(added, type, column, end - column);
            RowNumbers.Write(output, type, column, end - column, values);
        }
    }
}
