namespace EosMLNet.Plans;

/// <summary>Visual tokens that enter the last layer.</summary>
internal sealed class FinalVisualTokensKind() : LedgerKind("FinalVisualTokens")
{
    /// <inheritdoc/>
    public override string Quantity => "final visual tokens";

    /// <inheritdoc/>
    public override string Description => "The most visual tokens that enter the last layer.";

    /// <inheritdoc/>
    public override bool IsOfLastLayer => true;

    /// <inheritdoc/>
    public override double Unreduced(PlanModel model, double seconds) => model.VisualTokens;

    /// <inheritdoc/>
    public override double Of(TokenLedger ledger, double visualTokens) => ledger.Final;

    /// <inheritdoc/>
    public override QuadraticCost Of(CountedLayers layers) =>
        new(0, [.. layers.Spans.Select((_, i) => i + 1 < layers.Spans.Count ? 0.0 : 1)], layers.EachLayer(0));
}
