namespace EosMLNet.Plans;

/// <summary>What is common to kinds of constraints.</summary>
public static class ConstraintKinds
{
    /// <summary>Whether it limits a latency, which a table predicts; the others are entries of the ledger.</summary>
    public static bool IsLatency(this ConstraintKind kind) => kind is ConstraintKind.LatencyMs or ConstraintKind.LatencyFraction;
}
