using EosMLNet.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace EosMLNet.Search;

/// <summary>
/// Adam (arXiv:1412.6980) with decoupled weight decay (arXiv:1711.05101). TorchSharp's own optimisers make implicit scalars, which the
/// garbage collector may free during the call (see <see cref="Scalars"/>); here every scalar outlives its call.
/// </summary>
public sealed class Adam : IDisposable
{
    private readonly List<Slot> slots;
    private readonly double beta1, beta2, epsilon;
    private int steps;

    private sealed record Slot(Tensor Parameter, Tensor Mean, Tensor Square, bool Decays);

    /// <summary>Starts with zero moments. The optimiser does not own the parameters.</summary>
    /// <param name="parameters">Leaf tensors that require a gradient, each once.</param>
    /// <param name="learningRate">Step size; may be changed between steps.</param>
    /// <param name="beta1">Decay of the mean gradient.</param>
    /// <param name="beta2">Decay of the mean squared gradient.</param>
    /// <param name="epsilon">Added to the root of the mean squared gradient.</param>
    /// <param name="weightDecay">Share of <paramref name="learningRate"/> by which a matrix shrinks in each step; vectors (biases, norms)
    /// never do.</param>
    public Adam(IEnumerable<Tensor> parameters, double learningRate, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8,
        double weightDecay = 0)
    {
        (LearningRate, this.beta1, this.beta2, this.epsilon, WeightDecay) = (learningRate, beta1, beta2, epsilon, weightDecay);
        using var unrecorded = no_grad();
        slots = [.. parameters.Select(p =>
            new Slot(p, zeros_like(p).DetachFromDisposeScope(), zeros_like(p).DetachFromDisposeScope(), p.dim() > 1))];
    }

    /// <summary>Step size of the next step.</summary>
    public double LearningRate { get; set; }

    /// <summary>The decoupled weight decay, relative to <see cref="LearningRate"/>.</summary>
    public double WeightDecay { get; }

    /// <summary>Moves each parameter against its gradient; parameters without a gradient stay.</summary>
    public void Step()
    {
        steps++;
        using var scope = NewDisposeScope();
        using var unrecorded = no_grad();
        using Scalar keepMean = beta1.ToScalar(), newMean = (1 - beta1).ToScalar(), keepSquare = beta2.ToScalar(),
            newSquare = (1 - beta2).ToScalar();
        using Scalar shrink = (1 - LearningRate * WeightDecay).ToScalar(), rate = (-LearningRate / (1 - Math.Pow(beta1, steps))).ToScalar();
        var correction = 1 / Math.Sqrt(1 - Math.Pow(beta2, steps));
        foreach (var (parameter, mean, square, decays) in slots)
        {
            if (parameter.grad is not { } gradient)
                continue;
            if (decays && WeightDecay != 0)
                parameter.mul_(shrink);
            mean.mul_(keepMean).add_(gradient, newMean);
            square.mul_(keepSquare).addcmul_(gradient, gradient, newSquare);
            parameter.addcdiv_(mean, square.sqrt().Mul(correction).Add(epsilon), rate);
        }
    }

    /// <summary>Scales all gradients down together so that their joint norm is at most <paramref name="largest"/>.</summary>
    /// <returns>The norm before.</returns>
    public double ClipGradients(double largest)
    {
        using var scope = NewDisposeScope();
        using var unrecorded = no_grad();
        var gradients = slots.Select(s => s.Parameter.grad).OfType<Tensor>().ToList();
        if (gradients.Count == 0)
            return 0;
        var norm = stack(gradients.Select(g => g.norm().to(ScalarType.Float64))).norm().Number();
        if (norm <= largest)
            return norm;
        using var factor = (largest / norm).ToScalar();
        foreach (var gradient in gradients)
            gradient.mul_(factor);
        return norm;
    }

    /// <summary>The mean gradient and the mean squared gradient of each parameter. With the steps made they are all of its state.</summary>
    public IReadOnlyList<(Tensor Parameter, double[] Mean, double[] Square)> Moments() =>
        [.. slots.Select(slot => (slot.Parameter, slot.Mean.Numbers(), slot.Square.Numbers()))];

    /// <summary>Goes back to a state that was read before.</summary>
    /// <param name="made">Steps made since it began, or was reset.</param>
    /// <param name="moments">The moments of a parameter.</param>
    public void Restore(int made, Func<Tensor, (double[] Mean, double[] Square)> moments)
    {
        steps = made;
        foreach (var slot in slots)
        {
            var (mean, square) = moments(slot.Parameter);
            slot.Mean.Set(mean);
            slot.Square.Set(square);
        }
    }

    /// <summary>Forgets all steps.</summary>
    internal void Reset()
    {
        using var scope = NewDisposeScope();
        using var unrecorded = no_grad();
        steps = 0;
        foreach (var slot in slots)
        {
            slot.Mean.zero_();
            slot.Square.zero_();
        }
    }

    /// <summary>Forgets the gradients.</summary>
    public void ZeroGrad()
    {
        foreach (var slot in slots)
        {
            using var gradient = slot.Parameter.grad;
            gradient?.zero_().Dispose();
        }
    }

    /// <summary>Frees the moments.</summary>
    public void Dispose()
    {
        foreach (var slot in slots)
        {
            slot.Mean.Dispose();
            slot.Square.Dispose();
        }
    }
}
