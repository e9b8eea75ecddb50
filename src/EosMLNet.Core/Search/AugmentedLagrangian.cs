using EosMLNet.Runtime;
using static TorchSharp.torch;

namespace EosMLNet.Search;

/// <summary>
/// One-sided constraints <c>g ≤ 0</c> on a minimisation, by the method of multipliers:
/// <c>L = f + Σ (max(0, λ + μg)² − λ²) / 2μ</c>, and now and then <c>λ ← max(0, λ + μg)</c>. Where <c>λ + μg ≤ 0</c> the gradient is 0:
/// slack is free, and there is no reward for going further under a budget.
/// </summary>
public sealed class AugmentedLagrangian
{
    private readonly double[] multipliers;
    private readonly double[] violations;
    private readonly double growth;
    private readonly double maxPenalty;

    /// <summary>Starts with all multipliers at 0.</summary>
    /// <param name="constraints">How many constraints there are.</param>
    /// <param name="penalty">The first μ.</param>
    /// <param name="growth">What μ is multiplied with when an update finds a violation not at least halved.</param>
    /// <param name="maxPenalty">Where μ stops growing: a larger one makes the problem stiff without making it better.</param>
    public AugmentedLagrangian(int constraints, double penalty = 10, double growth = 2, double maxPenalty = 1000)
    {
        multipliers = new double[constraints];
        violations = Enumerable.Repeat(double.PositiveInfinity, constraints).ToArray();
        (Penalty, this.growth, this.maxPenalty) = (penalty, growth, maxPenalty);
    }

    /// <summary>μ.</summary>
    public double Penalty { get; private set; }

    /// <summary>λ, one for each constraint, never negative: what one unit of the constraint is worth in units of the loss.</summary>
    public IReadOnlyList<double> Multipliers => multipliers;

    /// <summary>The terms that are added to the loss.</summary>
    /// <param name="constraints">g, each 0-dimensional, at most 0 where the constraint is met.</param>
    /// <returns>A 0-dimensional tensor.</returns>
    public Tensor Terms(params IReadOnlyList<Tensor> constraints)
    {
        using var scope = NewDisposeScope();
        var terms = constraints.Select((g, i) =>
            g.Times(Penalty).Plus(multipliers[i]).relu().Power(2).Plus(-multipliers[i] * multipliers[i]).Over(2 * Penalty));
        return stack(terms.ToArray()).sum().MoveToOuterDisposeScope();
    }

    /// <summary>Moves the multipliers towards their values at the optimum. Call it between blocks of optimiser steps.</summary>
    /// <param name="constraints">The present values of g.</param>
    public void Update(params IReadOnlyList<double> constraints)
    {
        var stalled = false;
        for (var i = 0; i < multipliers.Length; i++)
        {
            multipliers[i] = Math.Max(0, multipliers[i] + Penalty * constraints[i]);
            var violation = Math.Max(0, constraints[i]);
            stalled |= violation > 1e-3 && violation > violations[i] / 2;
            violations[i] = violation;
        }
        if (stalled)
            Penalty = Math.Min(Penalty * growth, maxPenalty);
    }
}
