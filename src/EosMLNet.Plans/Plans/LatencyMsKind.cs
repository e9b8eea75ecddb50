namespace EosMLNet.Plans;

/// <summary>The time of prefill in milliseconds.</summary>
internal sealed class LatencyMsKind() : LatencyKind("LatencyMs")
{
    /// <inheritdoc/>
    public override string Description =>
        "The most milliseconds of prefill, from a prompt with its encoded image to the first token, as the latency table predicts it.";

    /// <inheritdoc/>
    public override double Unreduced(PlanModel model, double seconds) => 1000 * seconds;

    /// <inheritdoc/>
    public override double OfSecond(double unreduced) => 1000;
}
