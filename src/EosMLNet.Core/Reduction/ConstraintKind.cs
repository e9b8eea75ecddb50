namespace EosMLNet.Reduction;

/// <summary>What a search can hold below a limit. Each is an entry of the <see cref="TokenLedger"/>.</summary>
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
}
