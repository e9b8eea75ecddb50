using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Search;

/// <summary>A limit on an entry of the ledger: <c>Constant + Σ (Linear·k + Square·k²) ≤ Limit</c>. It never falls in any k.</summary>
/// <param name="Kind">The entry.</param>
/// <param name="Limit">The most that it may be.</param>
/// <param name="Constant">What does not depend on the counts.</param>
/// <param name="Linear">One factor a site, at least 0.</param>
/// <param name="Square">One factor a site, at least 0.</param>
internal sealed record QuadraticConstraint(ConstraintKind Kind, double Limit, double Constant, double[] Linear, double[] Square)
    : CountConstraint(Kind, Limit)
{
    internal override double Of(IReadOnlyList<double> counts) => Constant + counts.Select((k, i) => (Linear[i] + Square[i] * k) * k).Sum();

    internal override Tensor Excess(IReadOnlyList<Tensor> counts)
    {
        using var scope = NewDisposeScope();
        var terms = counts.Select((k, i) => k.Mul(Square[i]).Add(Linear[i]).mul(k)).ToArray();
        return stack(terms).sum().Add(Constant).Div(Limit).Add(-1).MoveToOuterDisposeScope();
    }
}
