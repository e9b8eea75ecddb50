using EosMLNet.Execution;
using EosMLNet.Models;
using Gpu.Report;
using Gpu.Shapes;
using static TorchSharp.torch;

namespace Gpu.Sections;

/// <summary>Prefill and decode of a model with random weights, unreduced and under plans.</summary>
internal static class SpeedSection
{
    internal static void Measure(Bench bench, Action<object> save)
    {
        using var unrecorded = inference_mode();
        using var model = RandomLlava.Create(bench.Shape.Config, bench.DataType, bench.Device);
        var rows = new List<SpeedRow>();
        WarmUp(bench, model);
        foreach (var (batch, budget, again) in Order(bench.Shape))
        {
            rows.Add(Row(bench, model, batch, budget) with { Again = again });
            save(rows);
            Console.WriteLine(FormattableString.Invariant($"  batch {batch}, {(budget is null ? "unreduced" : $"{budget} mean tokens")}{(again ? ", again" : "")}: encode {rows[^1].EncodeMilliseconds:0.0} ms, prefill {rows[^1].PrefillMilliseconds:0.0} ms, decode {rows[^1].DecodeMilliseconds:0.0} ms"));
        }
    }

    /// <summary>What is measured one after another: large batches before small budgets, and unreduced once more at the end.</summary>
    internal static IEnumerable<(int Batch, int? Budget, bool Again)> Order(Shape shape)
    {
        var (large, small) = (shape.Budgets.Take(2).Select(tokens => (int?)tokens), shape.Budgets.Skip(2).Select(tokens => (int?)tokens));
        return [.. shape.Batches.SelectMany(batch => large.Prepend(null).Select(budget => (batch, budget, false))), .. shape.Batches.SelectMany(batch => small.Select(budget => (batch, budget, false))),
            .. shape.Batches.Select(batch => (batch, (int?)null, true))];
    }

    // The first rows would have what the device does once, and its clocks' rise.
    private static void WarmUp(Bench bench, LlavaModel model)
    {
        using var scope = NewDisposeScope();
        var reduced = new ReducedModel(model, ReductionPlan.Identity(model.ToPlanModel()));
        var pixels = SearchGradient.Pixels(model, seed: 1, 1);
        using var batch = PromptBatch.Create(model, Prompts(model, 1, bench.Shape.TextTokens), model.EncodeImages(pixels));
        Clock.WarmUp(bench, () =>
        {
            model.EncodeImages(pixels).Dispose();
            reduced.Generate(batch, 4);
        });
    }

    private static SpeedRow Row(Bench bench, LlavaModel model, int rows, int? budget)
    {
        using var scope = NewDisposeScope();
        var plan = budget is { } mean ? TypicalPlan.Of(model.ToPlanModel(), mean) : ReductionPlan.Identity(model.ToPlanModel());
        var (shape, reduced) = (bench.Shape, new ReducedModel(model, plan));
        var pixels = SearchGradient.Pixels(model, seed: 1, rows);
        var encode = Clock.Median(bench, bench.Shape.Repeats, () => model.EncodeImages(pixels).Dispose());
        using var batch = PromptBatch.Create(model, Prompts(model, rows, shape.TextTokens), model.EncodeImages(pixels));
        var (prefill, decode) = Times(bench, reduced, batch);
        var ledger = TokenLedger.Compute(plan.Model, plan.Sites, shape.TextTokens);
        return new SpeedRow
        {
            Budget = budget,
            Batch = rows,
            EncodeMilliseconds = encode,
            PrefillMilliseconds = prefill,
            DecodeMilliseconds = decode,
            MacsRatio = ledger.MacsRatio,
            KvBytesRatio = ledger.KvBytesRatio,
            PrefillTeraflop = 2e-12 * rows * Macs(model, ledger),
            DecodeGigabytes = 1e-9 * DecodedBytes(model, ledger, rows, shape.DecodedTokens),
        };
    }

    /// <summary>Milliseconds to the first new token, and of those after it.</summary>
    internal static (double Prefill, double Decode) Times(Bench bench, ReducedModel reduced, PromptBatch batch)
    {
        var tokens = 1 + bench.Shape.DecodedTokens;
        var first = Clock.Median(bench, bench.Shape.Repeats, () => reduced.Generate(batch, 1));
        return (first, Clock.Median(bench, bench.Shape.Repeats, () => CheckLength(reduced.Generate(batch, tokens), tokens)) - first);
    }

    internal static int[][] Prompts(LlavaModel model, int rows, int textTokens)
    {
        var random = new Random(3);
        return [.. Enumerable.Range(0, rows).Select(_ => (int[])[model.Config.BosTokenId, model.ImageTokenId, .. Enumerable.Range(1, textTokens - 1).Select(_ => random.Next(10, 500))])];
    }

    private static void CheckLength(Generation generation, int expected)
    {
        if (generation.Ids.Any(ids => ids.Length != expected))
            throw new EosException(EosErrors.ModelInput, $"An answer has {generation.Ids.Min(ids => ids.Length)} tokens; expected {expected}. The times would be those of shorter answers.");
    }

    private static double Macs(LlavaModel model, TokenLedger ledger)
    {
        var (linear, square) = TokenLedger.MacsPerLayer(model.ToPlanModel());
        return ledger.VisualTokensPerLayer.Sum(visual => linear * (visual + ledger.TextTokens) + square * Math.Pow(visual + ledger.TextTokens, 2)) + (double)model.HiddenSize * model.VocabularySize;
    }

    // The embedding table is looked up, not read; the cache grows by one token a step.
    private static double DecodedBytes(LlavaModel model, TokenLedger ledger, int rows, int steps)
    {
        var weights = model.Weights.Where(weight => weight.Key.StartsWith("language_model.", StringComparison.Ordinal) && !weight.Key.Contains("embed_tokens")).Sum(weight => weight.Value.numel() * weight.Value.element_size());
        var perToken = 2.0 * model.KeyValueHeadCount * model.HeadSize * model.Weights.Values.First().element_size();
        var cached = ledger.VisualTokensPerLayer.Sum(visual => visual + ledger.TextTokens + (steps + 1) / 2.0);
        return steps * (weights + rows * perToken * cached);
    }
}
