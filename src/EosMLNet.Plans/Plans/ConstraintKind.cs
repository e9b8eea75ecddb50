namespace EosMLNet.Plans;

/// <summary>What a search can hold below a limit: an entry of the <see cref="TokenLedger"/>, or a latency.</summary>
public enum ConstraintKind
{
    /// <summary><see cref="TokenLedger.Mean"/>.</summary>
    MeanVisualTokens,
    /// <summary><see cref="TokenLedger.Final"/>.</summary>
    FinalVisualTokens,
    /// <summary><see cref="TokenLedger.MacsRatio"/>.</summary>
    MacsRatio,
    /// <summary><see cref="TokenLedger.KvBytesRatio"/>.</summary>
    KvBytesRatio,
    /// <summary>What prefill is predicted to take, in milliseconds.</summary>
    LatencyMs,
    /// <summary>The same as a part of what the unreduced model is predicted to take.</summary>
    LatencyFraction,
    /// <summary><see cref="TokenLedger.Mean"/> as a part of the unreduced image's visual tokens.</summary>
    MeanVisualShare,
}
