using EosMLNet.Execution;
using EosMLNet.Models;
using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Search;

/// <summary>
/// Runs packed rows through the frozen decoder with soft sites. The forward values are those of the executed plan; only the gradients are
/// soft.
/// </summary>
internal sealed class SearchForward(VisionLanguageModel model)
{
    /// <summary>Hidden states of the text that leave the last layer, (B, S, d), before the final normalisation.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="vision">The images of the rows, in their order.</param>
    /// <param name="sites">The sites, in the order in which they act; none for the unreduced model.</param>
    /// <param name="temperature">T of the soft selections.</param>
    /// <param name="candidates">How many visual tokens stay in the sequence behind a site that keeps so many.</param>
    /// <param name="relaxed">Whether selections are soft in their values too.</param>
    internal Tensor Run(PackedBatch batch, VisionOutput vision, IReadOnlyList<SoftSite> sites, double temperature,
        Func<int, int> candidates, bool relaxed = false) =>
        RunTo([model.LayerCount - 1], batch, vision, sites, temperature, candidates, relaxed)[0];

    /// <summary>The same, leaving each of some layers, (B, S, d) each.</summary>
    internal IReadOnlyList<Tensor> RunTo(
        IReadOnlyList<int> wanted, PackedBatch batch, VisionOutput vision, IReadOnlyList<SoftSite> sites, double temperature,
        Func<int, int> candidates, bool relaxed = false)
    {
        using var scope = NewDisposeScope();
        var run = new SoftRun(batch, vision, sites, temperature, candidates, relaxed);
        return [.. RunLayers(run, Start(run), 0, model.LayerCount, wanted).Left.Select(states => states.MoveToOuterDisposeScope())];
    }

    /// <summary>What enters the first layer, in the caller's dispose scope.</summary>
    internal DecoderState Start(SoftRun run)
    {
        var batch = run.Batch;
        // (B, L, d) each
        Tensor[] texts = [.. new[] { batch.PrefixIds }.Concat(batch.Between).Append(batch.TextIds).Select(model.EmbedTokens)];
        var images = run.ImageFeatures.Select((features, i) =>                                 // (B, n, d)
        {
            var patches = Scalars.Arange(features.size(1), features.device).unsqueeze(0).expand(features.size(0), -1);
            var full = ones(features.size(0), features.size(1), ComputeType.Of(features), features.device);
            return new SoftTokens(features, full, full, patches) { Planes = run.Planes(i) };
        });
        return new(texts, [.. images]);
    }

    /// <summary>
    /// Runs the layers from <paramref name="first"/> to before <paramref name="end"/>, with the sites in front of them. All that is made
    /// stays in the caller's dispose scope.
    /// </summary>
    /// <param name="run">What is run.</param>
    /// <param name="state">What enters the first of the layers.</param>
    /// <param name="first">The first layer.</param>
    /// <param name="end">The layer behind the last one.</param>
    /// <param name="wanted">The layers that are asked about.</param>
    /// <returns>What enters layer <paramref name="end"/>, and the text's hidden states that leave those of the layers that are wanted, (B,
    /// S, d) each.</returns>
    internal (DecoderState End, IReadOnlyList<Tensor> Left) RunLayers(SoftRun run, DecoderState state, int first, int end,
        IReadOnlyList<int> wanted)
    {
        var sequence = new SoftSequence(model, run, state, first);
        var left = new List<Tensor>();
        DecoderWalk.Run(first, end, run.Sites.ToLookup(site => site.Site.Layer), sequence.Reduce, (layer, next) =>
        {
            sequence.RunLayer(layer, next);
            if (wanted.Contains(layer))
                left.Add(sequence.Text);
        });
        return (sequence.State, left);
    }
}
