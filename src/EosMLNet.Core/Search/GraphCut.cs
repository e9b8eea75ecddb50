using static TorchSharp.torch;

namespace EosMLNet.Search;

/// <summary>
/// A cut through a graph. Leaves stand for some of its tensors and collect their gradients. The part behind the cut can then be run, and
/// run backwards, several times.
/// </summary>
internal sealed class GraphCut
{
    private readonly Dictionary<Tensor, Tensor> leaves = new(ReferenceEqualityComparer.Instance);

    /// <summary>
    /// The leaf that stands for a tensor, the same one whenever it is asked for; it belongs to the dispose scope of the first time.
    /// </summary>
    internal Tensor Leaf(Tensor original) =>
        leaves.TryGetValue(original, out var known) ? known : leaves[original] = original.detach().requires_grad_(original.requires_grad);

    /// <summary>Hands the leaves' gradients on to what they stand for.</summary>
    internal void Backward() => Backward([.. leaves.Keys], [.. leaves.Values.Select(leaf => leaf.grad)]);

    /// <summary>Hands gradients on to tensors that have a graph behind them; those without either are passed over.</summary>
    internal static void Backward(IReadOnlyList<Tensor> tensors, IReadOnlyList<Tensor?> gradients)
    {
        var reached = tensors.Zip(gradients).Where(x => x.First.requires_grad && x.Second is not null).ToArray();
        if (reached.Length > 0)
            autograd.backward([.. reached.Select(x => x.First)], [.. reached.Select(x => x.Second!)]);
    }
}
