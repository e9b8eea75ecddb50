using System.Diagnostics;
using EosMLNet.Checkpoints;
using EosMLNet.Evaluation;
using EosMLNet.Execution;
using EosMLNet.Models;
using EosMLNet.Plans;
using Spectre.Console;

namespace Demo;

/// <summary>The searched plan beside hand-made ones under the same budget.</summary>
internal static class Comparison
{
    private const int TimedAnswers = 40;

    internal static IReadOnlyList<MethodResult> Run(VisionLanguageModel model, ReductionPlan searched, int budget, VqaDataset test)
    {
        var shape = model.ToPlanModel();
        var plans = new (string Name, ReductionPlan Plan)[]
        {
            ("unreduced", ReductionPlan.Identity(shape)),
            ("random", Baselines.Random(shape, budget, seed: 1)),
            ("stride", Baselines.Stride(shape, budget)),
            ("2-D pool", Baselines.AveragePool(shape, budget)),
            ("FastV (after stride)", Baselines.FastV(shape, budget)),
            ("ToMe", Baselines.ToMe(shape, budget)),
            ("DivPrune", Baselines.DivPrune(shape, budget)),
            ("EOS", searched),
        };
        var results = new List<MethodResult>();
        foreach (var (name, plan) in plans)
        {
            using var reduced = new ReducedModel(model, plan);
            var result = Evaluator.Evaluate(reduced, test);
            results.Add(new MethodResult(name, result.FamilyAverage, plan.Ledger, MillisecondsAlone(reduced, test)));
            Console.WriteLine($"   {name}: " + string.Join(", ", result.ByFamily.Select(f => $"{f.Key} {f.Value:p0}")));
        }
        return results;
    }

    internal static void Print(IReadOnlyList<MethodResult> results)
    {
        var table = new Table().Border(TableBorder.Markdown)
            .AddColumn("method", c => c.NoWrap()).AddColumn("accuracy", c => c.RightAligned()).AddColumn("mean tokens", c => c.RightAligned())
            .AddColumn("final tokens", c => c.RightAligned()).AddColumn("MACs", c => c.RightAligned()).AddColumn("ms an answer", c => c.RightAligned());
        foreach (var r in results)
            table.AddRow(r.Name, $"{r.Accuracy:p1}", $"{r.Ledger.Mean:0.##}", $"{r.Ledger.Final}", $"{r.Ledger.MacsRatio:p0}", $"{r.Milliseconds:f1}");
        AnsiConsole.Profile.Width = 100; // also where the output is redirected
        AnsiConsole.Write(table);
    }

    // Image in, text out, one question at a time.
    private static double MillisecondsAlone(ReducedModel model, VqaDataset test)
    {
        var times = new List<double>();
        foreach (var example in test.Examples.Take(TimedAnswers + 5))
        {
            var clock = Stopwatch.StartNew();
            using var batch = PromptBatch.Create(model.Model, [(test.Images[example.Images[0]], example.Question)], model.Plan);
            model.Generate(batch, maxNewTokens: 8);
            times.Add(clock.Elapsed.TotalMilliseconds);
        }
        return times.Skip(5).Order().ElementAt(TimedAnswers / 2);
    }
}
