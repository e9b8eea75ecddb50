using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Search;

/// <summary>
/// A limit on what any family of questions may lose. Each family has a one-sided constraint on the mean probability of the right answer,
/// and a multiplier. A step sees few questions of a family. So the constraint's value is a running mean, and the gradient is the step's.
/// </summary>
/// <param name="unreduced">The unreduced model's mean probability of the right answer, one a family; not a number where a family was not
/// measured.</param>
/// <param name="limit">The most that any of them may fall by.</param>
internal sealed class FamilyGuard(IReadOnlyList<double> unreduced, double limit)
{
    // μ of the method of multipliers, in loss for each unit of probability; and how slowly the running mean forgets.
    private const double Penalty = 2, Memory = 0.95;

    private readonly double[] running = [.. unreduced];
    private readonly double[] multipliers = new double[unreduced.Count];

    /// <summary>λ of each family.</summary>
    internal IReadOnlyList<double> Multipliers => multipliers;

    /// <summary>The terms that are added to the loss, 0-dimensional.</summary>
    /// <param name="families">The kind of each question, (Q).</param>
    /// <param name="probabilities">Of their right answers, (Q).</param>
    internal Tensor Terms(IReadOnlyList<int> families, Tensor probabilities)
    {
        using var scope = NewDisposeScope();
        var terms = new List<Tensor> { zeros([], probabilities.dtype, probabilities.device) };
        foreach (var family in families.Distinct().Where(f => double.IsFinite(unreduced[f])))
        {
            long[] questions = [.. Enumerable.Range(0, families.Count).Where(q => families[q] == family)];
            var mean = probabilities.index_select(0, tensor(questions).Upload(probabilities.device)).mean();
            running[family] = Memory * running[family] + (1 - Memory) * mean.Number();
            var pull = Math.Max(0, multipliers[family] + Penalty * Excess(family));
            terms.Add(mean.RSub(unreduced[family]).Mul(pull));
        }
        return stack(terms).sum().MoveToOuterDisposeScope();
    }

    /// <summary>Moves the multipliers towards their values at the optimum. Call it between blocks of optimiser steps.</summary>
    internal void Update()
    {
        for (var family = 0; family < multipliers.Length; family++)
        {
            if (double.IsFinite(unreduced[family]))
                multipliers[family] = Math.Max(0, multipliers[family] + Penalty * Excess(family));
        }
    }

    /// <summary>The running mean of the right answer's probability in each family. With <see cref="Multipliers"/> it is all of the
    /// state.</summary>
    internal IReadOnlyList<double> Probabilities => running;

    /// <summary>Goes back to a state that was read before.</summary>
    /// <param name="probabilities">The running mean of each family.</param>
    /// <param name="pulls">λ of each family.</param>
    internal void Restore(double[] probabilities, double[] pulls)
    {
        probabilities.CopyTo(running, 0);
        pulls.CopyTo(multipliers, 0);
    }

    private double Excess(int family) => unreduced[family] - limit - running[family];
}
