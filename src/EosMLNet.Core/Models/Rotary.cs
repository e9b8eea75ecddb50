using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Models;

/// <summary>Rotary position embedding (RoFormer, arXiv:2104.09864) in the half-rotating form that Llama checkpoints use.</summary>
/// <param name="Cos">Cosines, (B, T, head size).</param>
/// <param name="Sin">Sines, (B, T, head size).</param>
public sealed record Rotary(Tensor Cos, Tensor Sin)
{
    /// <summary>The tables for the given positions.</summary>
    /// <param name="positions">Positions of the tokens, int64, (B, T), or (axes, B, T) where a position is several numbers.</param>
    /// <param name="headSize">Size of one attention head, even.</param>
    /// <param name="theta">Base of the frequencies.</param>
    /// <param name="dtype">Data type of the tables; they are computed in float32, or in float64 where that is asked for.</param>
    /// <param name="axes">Which number of a position each frequency turns by; null where a position is one number.</param>
    public static Rotary Create(Tensor positions, int headSize, double theta, ScalarType dtype, IReadOnlyList<int>? axes = null) =>
        Create(positions, [.. Enumerable.Range(0, headSize / 2).Select(i => 1 / Math.Pow(theta, 2.0 * i / headSize))], dtype, axes);

    /// <summary>The tables for the given positions.</summary>
    /// <param name="positions">Positions of the tokens, int64, (B, T), or (axes, B, T) where a position is several numbers.</param>
    /// <param name="frequencies">The frequencies, half as many as a head is wide.</param>
    /// <param name="dtype">Data type of the tables; they are computed in float32, or in float64 where that is asked for.</param>
    /// <param name="axes">Which number of a position each frequency turns by; null where a position is one number.</param>
    internal static Rotary Create(Tensor positions, double[] frequencies, ScalarType dtype, IReadOnlyList<int>? axes = null)
    {
        using var scope = NewDisposeScope();
        var precise = dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
        var inverse = tensor(frequencies, dtype: precise).Upload(positions.device);      // (hs/2)
        var turns = positions.to(precise).unsqueeze(-1);                                  // (B, T, 1) or (axes, B, T, 1)
        if (turns.dim() == 4)
            turns = turns.index_select(0, tensor(axes!.Select(axis => (long)axis).ToArray()).Upload(positions.device))
                .squeeze(-1).permute(1, 2, 0);                                            // (B, T, hs/2)
        var angles = turns.mul(inverse);                                                  // (B, T, hs/2)
        var both = cat([angles, angles], dim: -1);                                        // (B, T, hs)
        return new Rotary(both.cos().to(dtype).MoveToOuterDisposeScope(), both.sin().to(dtype).MoveToOuterDisposeScope());
    }

    /// <summary>Turns each head's vectors by their positions' angles.</summary>
    /// <param name="heads">Queries or keys, (B, H, T, head size).</param>
    public Tensor Apply(Tensor heads)
    {
        using var scope = NewDisposeScope();
        var half = heads.shape[^1] / 2;
        var low = heads.narrow(-1, 0, half);
        var high = heads.narrow(-1, half, half);
        var turned = cat([high.neg(), low], dim: -1);
        return heads.mul(Cos.unsqueeze(1)).AddInto(turned.MulInto(Sin.unsqueeze(1))).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The logits of attention between queries and keys of ones only: what positions alone contribute, (B, q, T), float32 or float64.
    /// </summary>
    /// <param name="queries">Indices of the query tokens, int64, (B, q).</param>
    public Tensor LogitsOfOnes(Tensor queries)
    {
        using var scope = NewDisposeScope();
        var precise = Cos.dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
        var keys = Apply(ones_like(Cos, precise).unsqueeze(1)).squeeze(1);                // (B, T, hs)
        var rows = keys.gather(1, queries.unsqueeze(-1).expand(-1, -1, keys.shape[^1])); // (B, q, hs)
        return rows.matmul(keys.transpose(1, 2)).Mul(1 / Math.Sqrt(keys.shape[^1])).MoveToOuterDisposeScope();
    }

    /// <summary>The tables of some of the tokens.</summary>
    /// <param name="index">Token indices, int64, (B, q).</param>
    public Rotary Select(Tensor index)
    {
        using var scope = NewDisposeScope();
        var wide = index.unsqueeze(-1).expand(-1, -1, Cos.shape[^1]);                     // (B, q, hs)
        return new Rotary(Cos.gather(1, wide).MoveToOuterDisposeScope(), Sin.gather(1, wide).MoveToOuterDisposeScope());
    }
}
