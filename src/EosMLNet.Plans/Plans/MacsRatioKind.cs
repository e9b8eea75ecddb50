namespace EosMLNet.Plans;

/// <summary>Multiply-accumulate operations relative to the unreduced model.</summary>
internal sealed class MacsRatioKind() : LedgerKind("MacsRatio")
{
    /// <inheritdoc/>
    public override string Quantity => "operations";

    /// <inheritdoc/>
    public override string Description =>
        "The most multiply-accumulate operations of the decoder, as a part of the unreduced model's.";

    /// <inheritdoc/>
    public override bool IsShare => true;

    /// <inheritdoc/>
    public override double Of(TokenLedger ledger, double visualTokens) => ledger.MacsRatio;

    /// <inheritdoc/>
    public override QuadraticCost Of(CountedLayers layers)
    {
        double text = TokenLedger.DefaultTextTokens, lasting = layers.Spans.Sum();
        var (linear, square) = TokenLedger.MacsPerLayer(layers.Model);
        // Of images of different sizes, the mean of squares is more than the square of the mean, by this factor.
        var spread = layers.Sizes.Average(tokens => (double)tokens * tokens) / (layers.VisualTokens * layers.VisualTokens);
        var macs = Unreduced(layers.Model.Layers);
        // Of k visual tokens with t of text: l (k + t) + s (k + t)².
        return new((Unreduced(layers.First) + lasting * (linear + square * text) * text) / macs,
            layers.EachLayer((linear + 2 * square * text) / macs), layers.EachLayer(square * spread / macs));

        // The operations of so many layers that all tokens enter.
        double Unreduced(double count) => layers.Sizes.Average(tokens => count * (linear + square * (tokens + text)) * (tokens + text));
    }
}
