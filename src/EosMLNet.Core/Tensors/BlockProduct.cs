using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace EosMLNet.Tensors;

/// <summary>Products of rows of input with a block of a packed weight.</summary>
internal static unsafe class BlockProduct
{
    private const int Lanes = 8;
    private const int Chunk = 64; // words that are taken for one row of input, then for the next: the nearest cache keeps them

    /// <summary>Sums of products.</summary>
    /// <param name="input">Rows of <see cref="IWordProduct.Inputs"/> words for each word of the weight.</param>
    /// <param name="rows">How many there are.</param>
    /// <param name="block">The block.</param>
    /// <param name="layout">Its layout.</param>
    /// <param name="sums">Where they go, (rows, <see cref="PackedLayout.Block"/>).</param>
    internal static void Add<T>(uint* input, int rows, uint* block, PackedLayout layout, uint* sums) where T : struct, IWordProduct
    {
        new Span<uint>(sums, rows * layout.Block).Clear();
        for (var from = 0; from < layout.Words; from += Chunk)
        {
            var count = Math.Min(Chunk, layout.Words - from);
            for (var row = 0; row < rows; row++)
            {
                var x = input + (row * layout.Words + from) * T.Inputs;
                var column = 0;
                for (; column <= layout.Block - 8 * Lanes; column += 8 * Lanes)
                    AddEight<T>(x, count, block + from * layout.Block + column, layout.Block, sums + row * layout.Block + column);
                for (; column < layout.Block; column += Lanes)
                    AddOne<T>(x, count, block + from * layout.Block + column, layout.Block, sums + row * layout.Block + column);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddEight<T>(uint* x, int words, uint* weight, int block, uint* sums) where T : struct, IWordProduct
    {
        var s0 = Vector256.Load(sums);
        var s1 = Vector256.Load(sums + Lanes);
        var s2 = Vector256.Load(sums + 2 * Lanes);
        var s3 = Vector256.Load(sums + 3 * Lanes);
        var s4 = Vector256.Load(sums + 4 * Lanes);
        var s5 = Vector256.Load(sums + 5 * Lanes);
        var s6 = Vector256.Load(sums + 6 * Lanes);
        var s7 = Vector256.Load(sums + 7 * Lanes);
        for (; words > 0; words--, x += T.Inputs, weight += block)
        {
            var (first, last) = (T.First(x), T.Last(x));
            s0 = T.Add(s0, Vector256.Load(weight), first, last);
            s1 = T.Add(s1, Vector256.Load(weight + Lanes), first, last);
            s2 = T.Add(s2, Vector256.Load(weight + 2 * Lanes), first, last);
            s3 = T.Add(s3, Vector256.Load(weight + 3 * Lanes), first, last);
            s4 = T.Add(s4, Vector256.Load(weight + 4 * Lanes), first, last);
            s5 = T.Add(s5, Vector256.Load(weight + 5 * Lanes), first, last);
            s6 = T.Add(s6, Vector256.Load(weight + 6 * Lanes), first, last);
            s7 = T.Add(s7, Vector256.Load(weight + 7 * Lanes), first, last);
        }
        s0.Store(sums);
        s1.Store(sums + Lanes);
        s2.Store(sums + 2 * Lanes);
        s3.Store(sums + 3 * Lanes);
        s4.Store(sums + 4 * Lanes);
        s5.Store(sums + 5 * Lanes);
        s6.Store(sums + 6 * Lanes);
        s7.Store(sums + 7 * Lanes);
    }

    private static void AddOne<T>(uint* x, int words, uint* weight, int block, uint* sums) where T : struct, IWordProduct
    {
        var sum = Vector256.Load(sums);
        for (; words > 0; words--, x += T.Inputs, weight += block)
            sum = T.Add(sum, Vector256.Load(weight), T.First(x), T.Last(x));
        sum.Store(sums);
    }
}
