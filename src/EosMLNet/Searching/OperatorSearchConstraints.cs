namespace EosMLNet;

/// <summary>
/// What a searched plan must satisfy: any of these limits together, at least one. Staying below a limit is allowed and earns nothing.
/// </summary>
public sealed class OperatorSearchConstraints
{
    /// <summary>The most visual tokens that a decoder layer may see on average. Above 0, at most the model's own number.</summary>
    /// <value>The default is null: no limit.</value>
    public double? MeanVisualTokens { get; set; }

    /// <summary>
    /// The same as a part of the unreduced image's visual tokens, such as 1/9. Where images have different numbers of tokens, each keeps
    /// this part of its own. Above 0, at most 1.
    /// </summary>
    /// <value>The default is null: no limit.</value>
    public double? MeanVisualShare { get; set; }

    /// <summary>The most visual tokens that the last decoder layer may see. Above 0, at most the model's own number.</summary>
    /// <value>The default is null: no limit.</value>
    public double? FinalVisualTokens { get; set; }

    /// <summary>The most multiply-accumulate operations of the decoder, as a part of the unreduced model's. Above 0, at most 1.</summary>
    /// <value>The default is null: no limit.</value>
    public double? MacsRatio { get; set; }

    /// <summary>The most bytes of the key-value cache, as a part of the unreduced model's. Above 0, at most 1.</summary>
    /// <value>The default is null: no limit.</value>
    public double? KvBytesRatio { get; set; }

    /// <summary>
    /// The most milliseconds that prefill may take, from a prompt with its encoded image to the first token, as
    /// <see cref="OperatorSearchOptions.LatencyTable"/> predicts it. Above 0, at most the unreduced model's.
    /// </summary>
    /// <value>The default is null: no limit.</value>
    public double? LatencyMs { get; set; }

    /// <summary>The same as a part of the unreduced model's. Above 0, at most 1.</summary>
    /// <value>The default is null: no limit.</value>
    public double? LatencyFraction { get; set; }

    /// <summary>
    /// The most that the accuracy of any family of questions may fall below the unreduced model's, from 0 to 1, beside one of the others.
    /// The search pulls towards it; the report tells how far each family fell on validation data. Families come from
    /// <see cref="OperatorSearchOptions.FamilyColumnName"/>.
    /// </summary>
    /// <value>The default is null: no limit.</value>
    public double? FamilyDrop { get; set; }
}
