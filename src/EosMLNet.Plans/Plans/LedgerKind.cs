namespace EosMLNet.Plans;

/// <summary>A constraint on an entry of the <see cref="TokenLedger"/>.</summary>
public abstract class LedgerKind : ConstraintKind
{
    private protected LedgerKind(string name)
        : base(name)
    {
    }

    /// <summary>Whether only the tokens of the last layer count, so that the sites before the last one are free.</summary>
    public virtual bool IsOfLastLayer => false;

    /// <summary>The cost of a finished plan.</summary>
    /// <param name="ledger">The plan's ledger.</param>
    /// <param name="visualTokens">Visual tokens of an unreduced image, on average.</param>
    public abstract double Of(TokenLedger ledger, double visualTokens);

    /// <summary>The same cost as a function of real-valued counts, which a search descends. Of whole counts both agree.</summary>
    /// <param name="layers">The layers that the counts last for.</param>
    public abstract QuadraticCost Of(CountedLayers layers);
}
