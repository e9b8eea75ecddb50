namespace EosMLNet.Plans;

/// <summary>Bytes of the key-value cache relative to the unreduced model.</summary>
internal sealed class KvBytesRatioKind() : LedgerKind("KvBytesRatio")
{
    /// <inheritdoc/>
    public override string Quantity => "cache";

    /// <inheritdoc/>
    public override string Description => "The most bytes of the key-value cache, as a part of the unreduced model's.";

    /// <inheritdoc/>
    public override bool IsShare => true;

    /// <inheritdoc/>
    public override double Of(TokenLedger ledger, double visualTokens) => ledger.KvBytesRatio;

    /// <inheritdoc/>
    public override QuadraticCost Of(CountedLayers layers)
    {
        double all = layers.Model.Layers, text = TokenLedger.DefaultTextTokens, full = layers.VisualTokens + text,
            lasting = layers.Spans.Sum();
        return new((layers.First * full + lasting * text) / (all * full), layers.EachLayer(1 / (all * full)), layers.EachLayer(0));
    }
}
