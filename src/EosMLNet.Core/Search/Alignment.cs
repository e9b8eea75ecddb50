using EosMLNet.Runtime;
using static TorchSharp.torch;

namespace EosMLNet.Search;

/// <summary>
/// The hidden states of the unreduced model, computed once a row and kept while memory allows, and the distance of the reduced model's to them.
/// </summary>
internal sealed class Alignment(SearchForward forward, long limitBytes) : IDisposable
{
    private readonly Dictionary<PackedRow, Tensor> kept = new(ReferenceEqualityComparer.Instance);
    private long bytes;

    /// <summary><c>Σ‖h − h*‖² / Σ‖h*‖²</c> over the text tokens of the last layer, 0-dimensional.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="vision">The pictures of the rows.</param>
    /// <param name="hidden">The reduced model's hidden states h, (B, S, d).</param>
    internal Tensor Distance(PackedBatch batch, Models.VisionOutput vision, Tensor hidden)
    {
        using var scope = NewDisposeScope();
        var target = Target(batch, vision);                                               // (B, S, d)
        var counted = batch.IsText.unsqueeze(-1).to_type(hidden.dtype);                   // (B, S, 1)
        var distance = hidden.sub(target).mul(counted).Power(2).sum();
        return distance.div(target.mul(counted).Power(2).sum()).MoveToOuterDisposeScope();
    }

    private Tensor Target(PackedBatch batch, Models.VisionOutput vision)
    {
        using var guard = no_grad();
        var width = batch.TextIds.size(1);
        if (batch.Rows.All(kept.ContainsKey))
            return stack([.. batch.Rows.Select(row => nn.functional.pad(kept[row], [0, 0, 0, width - kept[row].size(0)]))]);
        var target = forward.Run(batch, vision, [], 1, k => k);
        for (var i = 0; i < batch.Rows.Count; i++)
        {
            var row = batch.Rows[i];
            var length = row.Segments.Sum(s => s.Question.Length + s.Answer.Length);
            var size = length * target.size(2) * target.element_size();
            if (kept.ContainsKey(row) || bytes + size > limitBytes)
                continue;
            bytes += size;
            kept[row] = target[i].narrow(0, 0, length).clone().DetachFromDisposeScope();
        }
        return target;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var target in kept.Values)
            target.Dispose();
        kept.Clear();
    }
}
