using System.Collections.Concurrent;
using static TorchSharp.torch;

namespace EosMLNet.Tensors;

/// <summary>
/// Products in bfloat16 take rows in blocks of 64. On some processors the last block costs as much as a full one, however few rows it has
/// (build/docs/adr/0029). There, the few rows beyond one or two full blocks are a product of their own. The result is the same to the bit.
/// </summary>
internal static class RowBlocks
{
    private const int Block = 64, MostBlocks = 2, MostBeyond = 32;
    private const double Clearly = 1.1;
    private static readonly ConcurrentDictionary<(long To, long From), bool> Gains = new();

    /// <summary>Whether products with a weight gain by it: measured once for each shape, in some milliseconds.</summary>
    /// <param name="packed">What <see cref="OneDnn.TryPack"/> has made of a weight, (out, in).</param>
    internal static bool Help(Tensor packed) =>
        packed.dtype == ScalarType.BFloat16 && Gains.GetOrAdd((packed.shape[0], packed.shape[1]), _ => Gain(packed) >= Clearly);

    /// <summary>Applies a product to rows, perhaps in two parts.</summary>
    /// <param name="x">(…, in).</param>
    /// <param name="product">(n, in) to (n, out).</param>
    /// <returns>(…, out), in the caller's scope.</returns>
    internal static Tensor Apply(Tensor x, Func<Tensor, Tensor> product)
    {
        var count = x.numel() / x.shape[^1];
        var beyond = count % Block;
        if (count < Block || count >= (MostBlocks + 1) * Block || beyond is 0 or > MostBeyond)
            return product(x);
        using var scope = NewDisposeScope();
        var rows = x.reshape(count, -1);
        var parts = cat([product(rows.narrow(0, 0, count - beyond)), product(rows.narrow(0, count - beyond, beyond))]);
        return parts.view([.. x.shape[..^1], -1]).MoveToOuterDisposeScope();
    }

    private static double Gain(Tensor packed)
    {
        using var unrecorded = no_grad();
        using var scope = NewDisposeScope();
        return Total(x => OneDnn.Linear(x, packed, null)) / Total(x => Apply(x, rows => OneDnn.Linear(rows, packed, null)));

        // An odd number of rows gains most, an even one least.
        double Total(Func<Tensor, Tensor> product) => Seconds(product, Block + 3) + Seconds(product, Block + 16);

        double Seconds(Func<Tensor, Tensor> product, int rows)
        {
            var x = ones([rows, packed.shape[1]], packed.dtype);
            return CpuSpeed.Best(() => product(x));
        }
    }
}
