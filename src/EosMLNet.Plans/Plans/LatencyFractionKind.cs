namespace EosMLNet.Plans;

/// <summary>The time of prefill as a part of the unreduced model's.</summary>
internal sealed class LatencyFractionKind() : LatencyKind("LatencyFraction")
{
    /// <inheritdoc/>
    public override string Description => "The same as a part of the unreduced model's.";

    /// <inheritdoc/>
    public override bool IsShare => true;

    /// <inheritdoc/>
    public override double OfSecond(double unreduced) => 1 / unreduced;
}
