using System.Diagnostics;
using EosMLNet.Evaluation;
using EosMLNet.Execution;
using EosMLNet.Models;
using EosMLNet.Operator;
using EosMLNet.Tensors;
using Gpu.Report;
using Gpu.Shapes;
using static TorchSharp.torch;

namespace Gpu.Sections;

/// <summary>Where the time of a reduced prefill goes: each site, and the layers.</summary>
internal static class SitesSection
{
    private const int WarmUps = 2, Rounds = 7;

    internal static void Measure(Bench bench, Action<object> save)
    {
        using var unrecorded = inference_mode();
        using var scope = NewDisposeScope();
        using var model = RandomLlava.Create(bench.Shape.Config, bench.DataType, bench.Device);
        var plan = TypicalPlan.Of(model.ToPlanModel(), bench.Shape.SearchBudget);
        using var batch = PromptBatch.Create(model, SpeedSection.Prompts(model, 1, bench.Shape.TextTokens), model.EncodeImages(SearchGradient.Pixels(model, seed: 1, 1)));
        var rounds = Enumerable.Range(0, WarmUps + Rounds).Select(_ => Prefill(bench, model, plan, batch)).Skip(WarmUps).ToArray();
        save(new SitesResult(bench.Shape.SearchBudget, Statistics.Median(rounds.Select(round => round.Layers)),
            [.. plan.Sites.Select((site, i) => new SitesResult.Site(site.Layer, site.Keep, Statistics.Median(rounds.Select(round => round.Sites[i]))))]));
    }

    // As ReducedModel's prefill, with a look at the clock behind each part.
    private static (double Layers, double[] Sites) Prefill(Bench bench, LlavaModel model, ReductionPlan plan, PromptBatch batch)
    {
        using var scope = NewDisposeScope();
        using var sequence = new TokenSequence(model, batch);
        var type = ComputeType.Of(model.DataType);
        var learned = LearnedScores.Of(plan.Parameters, type, model.Device);
        var parameters = plan.Sites.ToDictionary(site => site, site => SiteTensors.Of(site, learned, type, model.Device));
        var (layers, sites) = (0.0, new List<double>());
        var inFront = plan.Sites.ToLookup(site => site.Layer);
        for (var layer = 0; layer < model.LayerCount; layer++)
        {
            foreach (var site in inFront[layer])
                sites.Add(Timed(() => sequence.Reduce(site, parameters[site])));
            layers += Timed(() => sequence.RunLayer(layer, null, inFront[layer + 1]));
        }
        return (layers, [.. sites]);

        double Timed(Action action)
        {
            bench.Synchronize();
            var clock = Stopwatch.StartNew();
            action();
            bench.Synchronize();
            return clock.Elapsed.TotalMilliseconds;
        }
    }
}
