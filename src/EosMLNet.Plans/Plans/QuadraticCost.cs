namespace EosMLNet.Plans;

/// <summary>A cost of the counts k that sites keep: <c>Constant + Σ (Linear·k + Square·k²)</c>. It never falls in any k.</summary>
/// <param name="Constant">The part that does not depend on the counts.</param>
/// <param name="Linear">One factor a site, at least 0.</param>
/// <param name="Square">One factor a site, at least 0.</param>
public sealed record QuadraticCost(double Constant, IReadOnlyList<double> Linear, IReadOnlyList<double> Square)
{
    /// <summary>The cost of these counts.</summary>
    /// <param name="counts">One a site.</param>
    public double Of(IReadOnlyList<double> counts) => Constant + counts.Select((k, i) => (Linear[i] + Square[i] * k) * k).Sum();
}
