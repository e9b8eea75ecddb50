namespace EosMLNet.Search;

/// <summary>The outcome of a constraint.</summary>
/// <param name="Kind">What is limited.</param>
/// <param name="Limit">The most that is allowed.</param>
/// <param name="Searched">What the search ended at, a real number.</param>
/// <param name="Spent">The same of the plan, whose counts are whole numbers; never above the limit.</param>
/// <param name="Multiplier">The Lagrange multiplier at the end: how hard the steps pulled beyond the limit, in loss for each part of
/// it.</param>
public sealed record ConstraintReport(ConstraintKind Kind, double Limit, double Searched, double Spent, double Multiplier)
{
    /// <summary>How far the plan stays below the limit, at least 0.</summary>
    public double Slack => Math.Max(0, Limit - Spent);

    /// <summary>One line for people: "MeanVisualTokens 15.8 of at most 16".</summary>
    public override string ToString() => FormattableString.Invariant($"{Kind} {Spent:0.####} of at most {Limit:0.####}");
}
