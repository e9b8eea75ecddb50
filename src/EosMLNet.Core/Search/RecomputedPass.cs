using static TorchSharp.torch;

namespace EosMLNet.Search;

/// <summary>
/// A forward pass in segments of layers. Only the hidden states between segments are kept, and the backward pass runs each segment again.
/// So the activations of one segment at a time are in memory (T. Chen et al.: Training Deep Nets with Sublinear Memory Cost,
/// arXiv:1604.06174). Values and gradients are those of the pass in one piece.
/// </summary>
internal sealed class RecomputedPass
{
    private readonly SearchForward forward;
    private readonly SoftRun run;
    private readonly IReadOnlyList<int> wanted;
    private readonly List<Segment> segments = [];

    // Entering: the states that enter the segment, without a graph. Left: the wanted states that leave it.
    private sealed record Segment(int First, int End, DecoderState Entering, IReadOnlyList<Tensor> Left);

    /// <summary>Runs all layers. What is kept belongs to the caller's dispose scope.</summary>
    /// <param name="forward">Runs layers.</param>
    /// <param name="run">What is run; the sites' tensors are leaves, or cut off what they are made of.</param>
    /// <param name="layers">How many layers there are.</param>
    /// <param name="segment">How many of them make a segment.</param>
    /// <param name="wanted">The layers whose text states are asked for, ascending.</param>
    internal RecomputedPass(SearchForward forward, SoftRun run, int layers, int segment, IReadOnlyList<int> wanted)
    {
        (this.forward, this.run, this.wanted) = (forward, run, wanted);
        var state = forward.Start(run);
        for (var first = 0; first < layers; first += segment)
        {
            var entering = state.Cut(asLeaves: run.SitesBefore(first) > 0);
            using var scope = NewDisposeScope();
            // With the graph, though it is thrown away: kernels that record none may round differently.
            var (end, left) = forward.RunLayers(run, entering, first, Math.Min(first + segment, layers), wanted);
            state = end.Cut(asLeaves: false);
            IReadOnlyList<Tensor> kept = [.. left.Select(x => x.detach().requires_grad_(x.requires_grad))];
            scope.MoveToOuter([.. state.All, .. kept]);
            segments.Add(new(first, Math.Min(first + segment, layers), entering, kept));
        }
    }

    /// <summary>
    /// The text's hidden states behind the wanted layers, (B, S, d) each, as leaves. Make a loss of them and run it backwards before
    /// <see cref="Backward"/>.
    /// </summary>
    internal IReadOnlyList<Tensor> Left => [.. segments.SelectMany(segment => segment.Left)];

    /// <summary>
    /// Hands the gradients at <see cref="Left"/> on to the sites. Layers in front of the first site are not run again: no gradient goes
    /// there.
    /// </summary>
    internal void Backward()
    {
        DecoderState? behind = null;
        foreach (var segment in Enumerable.Reverse(segments).TakeWhile(segment => run.SitesBefore(segment.End) > 0))
        {
            using var scope = NewDisposeScope();
            var (end, left) = forward.RunLayers(run, segment.Entering, segment.First, segment.End, wanted);
            IEnumerable<Tensor> passedOn = behind is null ? [] : end.Differentiable;
            GraphCut.Backward([.. passedOn, .. left],
                [.. behind?.Differentiable.Select(x => x.grad) ?? [], .. segment.Left.Select(x => x.grad)]);
            behind = segment.Entering;
        }
    }
}
