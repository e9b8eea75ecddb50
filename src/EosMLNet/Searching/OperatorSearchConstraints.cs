using EosMLNet.Search;

namespace EosMLNet;

/// <summary>
/// What a searched plan must satisfy: any of these limits together, at least one. Staying below a limit is allowed and earns nothing.
/// </summary>
public sealed class OperatorSearchConstraints
{
    /// <summary>The limits as the search has them.</summary>
    internal SearchConstraints Value { get; private set; } = new();

    /// <summary>The most visual tokens that a decoder layer may see on average. Above 0, at most the model's own number.</summary>
    /// <value>The default is null: no limit.</value>
    public double? MeanVisualTokens { get => Value.MeanVisualTokens; set => Value = Value with { MeanVisualTokens = value }; }

    /// <summary>
    /// The same as a part of the unreduced image's visual tokens, such as 1/9. Where images have different numbers of tokens, each keeps
    /// this part of its own. Above 0, at most 1.
    /// </summary>
    /// <value>The default is null: no limit.</value>
    public double? MeanVisualShare { get => Value.MeanVisualShare; set => Value = Value with { MeanVisualShare = value }; }

    /// <summary>The most visual tokens that the last decoder layer may see. Above 0, at most the model's own number.</summary>
    /// <value>The default is null: no limit.</value>
    public double? FinalVisualTokens { get => Value.FinalVisualTokens; set => Value = Value with { FinalVisualTokens = value }; }

    /// <summary>The most multiply-accumulate operations of the decoder, as a part of the unreduced model's. Above 0, at most 1.</summary>
    /// <value>The default is null: no limit.</value>
    public double? MacsRatio { get => Value.MacsRatio; set => Value = Value with { MacsRatio = value }; }

    /// <summary>The most bytes of the key-value cache, as a part of the unreduced model's. Above 0, at most 1.</summary>
    /// <value>The default is null: no limit.</value>
    public double? KvBytesRatio { get => Value.KvBytesRatio; set => Value = Value with { KvBytesRatio = value }; }

    /// <summary>
    /// The most milliseconds that prefill may take, from a prompt with its encoded image to the first token, as
    /// <see cref="OperatorSearchOptions.LatencyTable"/> predicts it. Above 0, at most the unreduced model's.
    /// </summary>
    /// <value>The default is null: no limit.</value>
    public double? LatencyMs { get => Value.LatencyMs; set => Value = Value with { LatencyMs = value }; }

    /// <summary>The same as a part of the unreduced model's. Above 0, at most 1.</summary>
    /// <value>The default is null: no limit.</value>
    public double? LatencyFraction { get => Value.LatencyFraction; set => Value = Value with { LatencyFraction = value }; }

    /// <summary>
    /// The most that the accuracy of any family of questions may fall below the unreduced model's, from 0 to 1, beside one of the others.
    /// The search pulls towards it; the report tells how far each family fell on validation data. Families come from
    /// <see cref="OperatorSearchOptions.FamilyColumnName"/>.
    /// </summary>
    /// <value>The default is null: no limit.</value>
    public double? FamilyDrop { get => Value.FamilyDrop; set => Value = Value with { FamilyDrop = value }; }

    /// <summary>Sets the limit of any kind, also of one that has no property here.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="limit">The most that is allowed; null for no limit.</param>
    public void Limit(ConstraintKind kind, double? limit) => Value = Value.With(kind, limit);
}
