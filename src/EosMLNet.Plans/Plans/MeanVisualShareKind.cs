namespace EosMLNet.Plans;

/// <summary>The mean number of visual tokens as a part of the unreduced image's.</summary>
internal sealed class MeanVisualShareKind() : LedgerKind("MeanVisualShare")
{
    /// <summary>The quantity that this kind has in common with <see cref="MeanVisualTokensKind"/>.</summary>
    internal const string Tokens = "mean visual tokens";

    /// <inheritdoc/>
    public override string Quantity => Tokens;

    /// <inheritdoc/>
    public override string Description =>
        "The same mean as a part of the unreduced image's visual tokens, such as 0.111. Where images have different numbers of tokens, " +
        "each keeps this part of its own.";

    /// <inheritdoc/>
    public override bool IsShare => true;

    /// <inheritdoc/>
    public override double Of(TokenLedger ledger, double visualTokens) => ledger.Mean / visualTokens;

    /// <inheritdoc/>
    public override QuadraticCost Of(CountedLayers layers)
    {
        double all = layers.Model.Layers;
        return new(layers.First / all, layers.EachLayer(1 / (all * layers.VisualTokens)), layers.EachLayer(0));
    }
}
