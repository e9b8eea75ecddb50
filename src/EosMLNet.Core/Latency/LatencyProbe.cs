using System.Diagnostics;
using EosMLNet.Models;
using EosMLNet.Reduction;
using TorchSharp;
using static TorchSharp.torch;

namespace EosMLNet.Latency;

/// <summary>Times one site and one layer of a model on prompts, through the same entry points as a prefill.</summary>
internal sealed class LatencyProbe(VisionLanguageModel model, PromptBatch batch, ScoreParameters parameters)
{
    private int turn;

    /// <summary>Lets images have so many visual tokens, applies a site if there is one, and runs a layer: a different one each time, so that its weights are no fresher in the caches than in a prefill.</summary>
    /// <param name="entering">Visual tokens of one image in front of the site.</param>
    /// <param name="site">The site; its layer is replaced.</param>
    /// <param name="weighted">Whether merged tokens weigh in the layer's attention; for a measurement without a site.</param>
    /// <returns>Seconds of each.</returns>
    internal (double Site, double Layer) Run(int entering, ReductionSite? site = null, bool weighted = false)
    {
        using var unrecorded = inference_mode();
        using var scope = NewDisposeScope();
        using var cache = new LayerCache();
        using var sequence = new TokenSequence(model, batch);
        // A site in front of the first layer has no attention to look at but that layer's own.
        var layer = model.LayerCount == 1 ? 0 : 1 + turn++ % (model.LayerCount - 1);
        var source = layer == 0 ? AttentionSource.OwnLayer : AttentionSource.LayerBefore;
        if (entering < model.VisualTokens || weighted)
            sequence.Reduce(new ReductionSite { Layer = layer, Keep = entering, ProportionalAttention = weighted ? 1 : 0, Score = new Dictionary<ScoreCriterion, double> { [ScoreCriterion.Lattice] = 1 } }, null);
        var start = Now();
        if (site is not null)
        {
            site = site with { Layer = layer, AttentionSource = source };
            sequence.Observe(layer - 1, AttentionSource.LayerBefore, [site]);
            sequence.Reduce(site, parameters);
        }
        var reduced = Now();
        sequence.RunLayer(layer, cache);
        return (Stopwatch.GetElapsedTime(start, reduced).TotalSeconds, Stopwatch.GetElapsedTime(reduced, Now()).TotalSeconds);
    }

    private long Now()
    {
        if (model.Device.type == DeviceType.CUDA)
            cuda.synchronize();
        return Stopwatch.GetTimestamp();
    }
}
