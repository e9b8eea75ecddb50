namespace EosMLNet.Plans;

/// <summary>A constraint on the time of prefill. A latency table predicts it; the ledger has no entry for it.</summary>
public abstract class LatencyKind : ConstraintKind
{
    private protected LatencyKind(string name)
        : base(name)
    {
    }

    /// <inheritdoc/>
    public override string Quantity => "prefill";

    /// <summary>One second in the unit of the limit.</summary>
    /// <param name="unreduced">The unreduced model's predicted prefill, in seconds.</param>
    public abstract double OfSecond(double unreduced);
}
