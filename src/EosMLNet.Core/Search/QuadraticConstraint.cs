using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Search;

/// <summary>A limit on an entry of the ledger.</summary>
/// <param name="Kind">The entry.</param>
/// <param name="Limit">The most that it may be.</param>
/// <param name="Cost">The entry as a function of the counts.</param>
internal sealed record QuadraticConstraint(ConstraintKind Kind, double Limit, QuadraticCost Cost) : CountConstraint(Kind, Limit)
{
    internal override double Of(IReadOnlyList<double> counts) => Cost.Of(counts);

    internal override Tensor Excess(IReadOnlyList<Tensor> counts)
    {
        using var scope = NewDisposeScope();
        var terms = counts.Select((k, i) => k.Mul(Cost.Square[i]).Add(Cost.Linear[i]).mul(k)).ToArray();
        return stack(terms).sum().Add(Cost.Constant).Div(Limit).Add(-1).MoveToOuterDisposeScope();
    }
}
