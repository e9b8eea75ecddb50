namespace EosMLNet.Plans;

/// <summary>A constraint that a plan was searched under, and satisfies.</summary>
/// <param name="Kind">What is limited.</param>
/// <param name="Limit">The most that is allowed.</param>
/// <param name="Slack">How far below the limit the plan stays, at least 0.</param>
/// <param name="Multiplier">The Lagrange multiplier at the end of the search: how much the constraint hurt.</param>
public sealed record PlanConstraint(ConstraintKind Kind, double Limit, double Slack, double Multiplier);
