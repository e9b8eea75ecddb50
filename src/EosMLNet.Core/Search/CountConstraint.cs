using static TorchSharp.torch;

namespace EosMLNet.Search;

/// <summary>A limit on what a plan spends, as a function of the counts k that the sites keep.</summary>
/// <param name="Kind">What is spent.</param>
/// <param name="Limit">The most that it may be.</param>
internal abstract record CountConstraint(ConstraintKind Kind, double Limit)
{
    /// <summary>What is spent at these counts.</summary>
    internal abstract double Of(IReadOnlyList<double> counts);

    /// <summary>The part of the limit by which it is exceeded, at most 0 where it is met.</summary>
    internal double Excess(IReadOnlyList<double> counts) => Of(counts) / Limit - 1;

    /// <summary>The same with a gradient, 0-dimensional.</summary>
    internal abstract Tensor Excess(IReadOnlyList<Tensor> counts);
}
