namespace EosMLNet;

/// <summary>What a searched plan must satisfy.</summary>
public sealed class OperatorSearchConstraints
{
    /// <summary>The most visual tokens that a decoder layer may see on average. Above 0, at most the model's own number.</summary>
    /// <value>There is no default; it must be given.</value>
    public double MeanVisualTokens { get; set; }
}
