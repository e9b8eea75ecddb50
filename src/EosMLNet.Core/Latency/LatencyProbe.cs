using System.Diagnostics;
using EosMLNet.Execution;
using EosMLNet.Models;
using EosMLNet.Operator;
using EosMLNet.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace EosMLNet.Latency;

/// <summary>Times one site, and layers, of a model on prompts, through the same entry points as a prefill.</summary>
internal sealed class LatencyProbe(VisionLanguageModel model, PromptBatch batch, ScoreParameters parameters)
{
    // Layers are run one after another until so much time has passed: the faster they are, the more a single one is disturbed.
    private static readonly TimeSpan Enough = TimeSpan.FromMilliseconds(20);
    private int turn;
    private bool layersAreFast = true;

    /// <summary>The seconds of one layer; the mean of several, where they are fast.</summary>
    /// <param name="tokens">Visual tokens of one image that enter them.</param>
    /// <param name="weighted">Whether merged tokens weigh in their attention.</param>
    internal double Layer(int tokens, bool weighted)
    {
        using var unrecorded = inference_mode();
        using var scope = NewDisposeScope();
        using var sequence = new TokenSequence(model, batch);
        var layer = NextLayer();
        if (tokens < model.VisualTokens || weighted)
            sequence.Reduce(Leaving(layer, tokens) with { ProportionalAttention = weighted ? 1 : 0 }, null);
        var caches = new List<LayerCache>();
        using var before = new LayerCache();
        sequence.RunLayer(layer, before, []); // in a prefill most layers find the memory that one of their size has left
        try
        {
            var start = Now();
            TimeSpan passed;
            do
            {
                caches.Add(new LayerCache());
                sequence.RunLayer((layer + caches.Count) % model.LayerCount, caches[^1], []);
                passed = Stopwatch.GetElapsedTime(start, Now());
            }
            while (passed < Enough && caches.Count < model.LayerCount);
            layersAreFast = passed < Enough * caches.Count;
            return passed.TotalSeconds / caches.Count;
        }
        finally
        {
            foreach (var cache in caches)
                cache.Dispose();
        }
    }

    /// <summary>The seconds of a site, with what it has to see of the layer before it.</summary>
    /// <param name="entering">Visual tokens of one image in front of it.</param>
    /// <param name="site">The site; its layer is replaced.</param>
    internal double Site(int entering, ReductionSite site)
    {
        using var unrecorded = inference_mode();
        using var scope = NewDisposeScope();
        using var sequence = new TokenSequence(model, batch);
        var layer = NextLayer();
        // A site in front of the first layer has no attention to look at but that layer's own.
        site = site with { Layer = layer, AttentionSource = layer == 0 ? AttentionSource.OwnLayer : AttentionSource.LayerBefore };
        if (entering < model.VisualTokens)
            sequence.Reduce(Leaving(layer, entering), null);
        using var cache = new LayerCache();
        // In a prefill a layer has run before the site and filled the processor's caches. So one runs here, too, where layers are fast.
        // Slow ones are left out: the site hardly notices, and the calibration would take long.
        if (layersAreFast)
            sequence.RunLayer(Math.Max(0, layer - 1), cache, []);
        var keys = cache.Keys
            ?? zeros([batch.Count, model.KeyValueHeadCount, sequence.Length, model.HeadSize], model.DataType, model.Device);
        var type = ComputeType.Of(model.DataType);
        var numbers = SiteTensors.Of(site, LearnedScores.Of(parameters, type, model.Device), type, model.Device); // as under a plan
        var start = Now();
        sequence.Observe(layer - 1, AttentionSource.LayerBefore, [site], keys);
        sequence.Reduce(site, numbers);
        return Stopwatch.GetElapsedTime(start, Now()).TotalSeconds;
    }

    // A different one each time, so that its weights are no fresher in the caches than in a prefill.
    private int NextLayer() => model.LayerCount == 1 ? 0 : 1 + turn++ % (model.LayerCount - 1);

    private static ReductionSite Leaving(int layer, int tokens) =>
        new() { Layer = layer, Keep = tokens, Score = new Dictionary<ScoreCriterion, double> { [ScoreCriterion.Lattice] = 1 } };

    private long Now()
    {
        if (model.Device.type == DeviceType.CUDA)
            cuda.synchronize(model.Device); // without a device it would be the first one
        return Stopwatch.GetTimestamp();
    }
}
