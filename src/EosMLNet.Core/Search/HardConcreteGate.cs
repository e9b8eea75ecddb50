using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Search;

/// <summary>
/// The layer activation θ: a gate in [0, 1] that reaches both ends exactly with positive probability and still has a gradient
/// (the hard-concrete distribution of Louizos et al., arXiv:1712.01312). An inactive site (z = 0) is the identity.
/// </summary>
public static class HardConcreteGate
{
    private const double Beta = 2.0 / 3;
    private const double Low = -0.1;
    private const double High = 1.1;

    /// <summary>One draw: <c>z = clamp(σ((log u − log(1−u) + log α)/β)·(ζ−γ) + γ, 0, 1)</c>.</summary>
    /// <param name="logAlpha">log α, any shape.</param>
    /// <param name="uniform">u in (0, 1), given by the caller so that a search is its seed's function alone. 0.5 gives the median.</param>
    public static Tensor Sample(Tensor logAlpha, double uniform)
    {
        using var scope = NewDisposeScope();
        var u = Math.Clamp(uniform, 1e-6, 1 - 1e-6);
        return Stretch(logAlpha.Add(Math.Log(u) - Math.Log(1 - u)).Div(Beta).sigmoid()).MoveToOuterDisposeScope();
    }

    /// <summary>The gate without noise, as the finished plan has it: <c>clamp(σ(log α)·(ζ−γ) + γ, 0, 1)</c>.</summary>
    public static Tensor Deterministic(Tensor logAlpha)
    {
        using var scope = NewDisposeScope();
        return Stretch(logAlpha.sigmoid()).MoveToOuterDisposeScope();
    }

    /// <summary>P(z &gt; 0), the expected activity: <c>σ(log α − β log(−γ/ζ))</c>.</summary>
    public static Tensor ActiveProbability(Tensor logAlpha)
    {
        using var scope = NewDisposeScope();
        return logAlpha.Add(-Beta * Math.Log(-Low / High)).sigmoid().MoveToOuterDisposeScope();
    }

    private static Tensor Stretch(Tensor s) => s.Mul(High - Low).Add(Low).Clamp(0, 1);
}
