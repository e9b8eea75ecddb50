using EosMLNet.Models;
using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Search;

/// <summary>
/// The text's hidden states in the unreduced model, computed once a row and kept while memory allows, and how far the reduced model is from
/// them.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="forward">Its forward pass.</param>
/// <param name="layers">The layers whose output is kept, ascending.</param>
/// <param name="limitBytes">The most memory.</param>
/// <param name="meter">Told of each row that is computed for the first time.</param>
internal sealed class UnreducedPass(VisionLanguageModel model, SearchForward forward, IReadOnlyList<int> layers, long limitBytes,
    SearchMeter? meter = null) : IDisposable
{
    private readonly Dictionary<PackedRow, Tensor> kept = new(ReferenceEqualityComparer.Instance);       // (layers, S, d) each
    private readonly HashSet<PackedRow> seen = new(ReferenceEqualityComparer.Instance);
    private long bytes;

    /// <summary>The hidden states that leave each layer, (layers, B, S, d), in the caller's dispose scope.</summary>
    internal Tensor States(PackedBatch batch, VisionOutput vision)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var width = batch.TextIds.size(1);
        return stack([.. batch.Rows.Select((row, i) => nn.functional.pad(Of(row, vision, i), [0, 0, 0, width - row.TextLength]))], 1)
            .MoveToOuterDisposeScope();
    }

    // Each row by itself, so that its states do not depend on the rows beside it. Those differ in a resumed search.
    private Tensor Of(PackedRow row, VisionOutput vision, int place)                                     // (layers, S, d)
    {
        if (kept.TryGetValue(row, out var known))
            return known;
        return seen.Add(row) && meter is not null ? meter.State(() => Compute(row, vision, place)) : Compute(row, vision, place);
    }

    private Tensor Compute(PackedRow row, VisionOutput vision, int place)                                // (layers, S, d)
    {
        using var scope = NewDisposeScope();
        var alone = new PackedBatch([row], model);
        var states =
            stack([.. forward.RunTo(layers, alone, vision.Narrow(place * row.Images.Count, row.Images.Count), [], 1, k => k)]).squeeze(1);
        var size = states.numel() * states.element_size();
        if (bytes + size > limitBytes)
            return states.MoveToOuterDisposeScope();
        bytes += size;
        return kept[row] = states.DetachFromDisposeScope();
    }

    /// <summary>Alignment: the mean over layers of <c>Σ‖h − h*‖² / Σ‖h*‖²</c> over the text tokens, 0-dimensional.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="reduced">h, the reduced model's states that leave the same layers, (B, S, d) each.</param>
    /// <param name="unreduced">h*, (layers, B, S, d).</param>
    /// <param name="size"><c>Σ‖h*‖²</c> of each layer, (layers), over all rows of which these are a part; <see langword="null"/> where they
    /// are all.</param>
    internal static Tensor Distance(PackedBatch batch, IReadOnlyList<Tensor> reduced, Tensor unreduced, Tensor? size = null)
    {
        using var scope = NewDisposeScope();
        var states = stack([.. reduced]);
        return Size(batch, states.sub(unreduced)).div(size ?? Size(batch, unreduced)).mean().MoveToOuterDisposeScope();
    }

    /// <summary><c>Σ‖h‖²</c> over the text tokens, (layers).</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="states">h, (layers, B, S, d).</param>
    internal static Tensor Size(PackedBatch batch, Tensor states)
    {
        using var scope = NewDisposeScope();
        var precise = ComputeType.Cast(states);
        var counted = batch.IsText.unsqueeze(-1).to_type(precise.dtype);                                 // (B, S, 1)
        long[] ofRows = [1, 2, 3];
        return precise.mul(counted).Pow(2).sum(ofRows).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The mean over the answers' tokens of the Kullback-Leibler divergence of the reduced model's next tokens from the unreduced model's,
    /// 0-dimensional.
    /// </summary>
    /// <param name="batch">The rows.</param>
    /// <param name="logProbabilities">The reduced model's, (A, V).</param>
    /// <param name="last">The unreduced model's states that leave the last layer, (B, S, d).</param>
    internal Tensor Divergence(PackedBatch batch, Tensor logProbabilities, Tensor last)
    {
        using var scope = NewDisposeScope();
        Tensor wanted;
        using (no_grad())
            wanted = TaskLoss.LogProbabilities(model, batch, last);                                      // (A, V)
        return wanted.exp().mul(wanted.sub(logProbabilities)).sum(-1).mean().MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var states in kept.Values)
            states.Dispose();
        kept.Clear();
    }
}
