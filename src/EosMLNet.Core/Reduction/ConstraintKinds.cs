namespace EosMLNet.Reduction;

/// <summary>What is common to kinds of constraints.</summary>
internal static class ConstraintKinds
{
    /// <summary>Whether it limits a latency, which a table predicts; the others are entries of the ledger.</summary>
    internal static bool IsLatency(this ConstraintKind kind) => kind is ConstraintKind.LatencyMs or ConstraintKind.LatencyFraction;
}
