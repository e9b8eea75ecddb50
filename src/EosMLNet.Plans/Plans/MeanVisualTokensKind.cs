namespace EosMLNet.Plans;

/// <summary>Visual tokens that enter a layer, averaged over layers.</summary>
internal sealed class MeanVisualTokensKind() : LedgerKind("MeanVisualTokens")
{
    /// <inheritdoc/>
    public override string Quantity => MeanVisualShareKind.Tokens;

    /// <inheritdoc/>
    public override string Description => "The most visual tokens that enter a decoder layer, averaged over layers.";

    /// <inheritdoc/>
    public override double Unreduced(PlanModel model, double seconds) => model.VisualTokens;

    /// <inheritdoc/>
    public override double Of(TokenLedger ledger, double visualTokens) => ledger.Mean;

    /// <inheritdoc/>
    public override QuadraticCost Of(CountedLayers layers)
    {
        double all = layers.Model.Layers;
        return new(layers.First * layers.VisualTokens / all, layers.EachLayer(1 / all), layers.EachLayer(0));
    }
}
