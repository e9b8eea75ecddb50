namespace EosMLNet.Search;

/// <summary>
/// The Lagrange multipliers λ ≥ 0 of one-sided constraints g ≤ 0 that every step meets. They bring the gradient of <c>f + Σ λ g</c> closest
/// to 0, by least squares (J. Nocedal, S. Wright: Numerical Optimization, 2006, section 18.3). So each count moves by its worth less its
/// price. A constraint with slack has no price. Where the loss itself asks for fewer tokens, none has one: there is no reward for going
/// further under a budget.
/// </summary>
internal sealed class ConstraintMultipliers
{
    // One step's gradient is mostly noise; the price is that of the last ten steps or so.
    private const double Memory = 0.9;
    // A constraint counts as reached when so much of its limit is left.
    private const double Reached = 1e-3;
    private const int Sweeps = 100;

    private readonly double[] values, running;

    /// <param name="constraints">How many constraints there are.</param>
    /// <param name="counts">How many variables they are on.</param>
    internal ConstraintMultipliers(int constraints, int counts) => (values, running) = (new double[constraints], new double[counts]);

    /// <summary>λ, one for each constraint: what one limit's worth of it is worth in units of the loss.</summary>
    internal IReadOnlyList<double> Values => values;

    /// <summary>Follows the gradient of a step.</summary>
    /// <param name="gradient">That of <c>f + Σ λ g</c> with the present λ.</param>
    /// <param name="constraints">That of each g.</param>
    /// <param name="excess">g.</param>
    internal void Update(IReadOnlyList<double> gradient, IReadOnlyList<double[]> constraints, IReadOnlyList<double> excess)
    {
        for (var i = 0; i < running.Length; i++)
            running[i] = Memory * running[i]
                + (1 - Memory) * (gradient[i] - Enumerable.Range(0, values.Length).Sum(c => values[c] * constraints[c][i]));
        Array.Clear(values);
        // Coordinate descent on |f' + Σ λ g'|²; there are six constraints at most.
        for (var sweep = 0; sweep < Sweeps; sweep++)
        {
            for (var c = 0; c < values.Length; c++)
            {
                var squares = constraints[c].Sum(x => x * x);
                if (squares == 0 || excess[c] < -Reached)
                    continue;
                var left = running.Select((f, i) =>
                    f + Enumerable.Range(0, values.Length).Where(other => other != c).Sum(other => values[other] * constraints[other][i]));
                values[c] = Math.Max(0, -left.Zip(constraints[c], (f, g) => f * g).Sum() / squares);
            }
        }
    }

    /// <summary>The running mean of f's gradient. With <see cref="Values"/> it is all of the state.</summary>
    internal IReadOnlyList<double> Gradient => running;

    /// <summary>Goes back to a state that was read before.</summary>
    /// <param name="multipliers">λ of each constraint.</param>
    /// <param name="gradient">The running mean of f's gradient.</param>
    internal void Restore(double[] multipliers, double[] gradient)
    {
        multipliers.CopyTo(values, 0);
        gradient.CopyTo(running, 0);
    }
}
