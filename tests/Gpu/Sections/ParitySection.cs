using EosMLNet.Evaluation;
using EosMLNet.Execution;
using EosMLNet.Models;
using EosMLNet.Search;
using EosMLNet.Tensors;
using Gpu.Shapes;
using static TorchSharp.torch;

namespace Gpu.Sections;

/// <summary>The device computes what transformers computed for the reference numbers, and what the CPU computes.</summary>
internal static class ParitySection
{
    // What float32 sums in another order come to; bf16 has 8 bits, and its answers may differ where two are almost equally probable.
    private const double GoldenTolerance = 1e-3, LogitTolerance = 1e-2, Bf16LogitShare = 0.1, Bf16Agreement = 0.9;
    private const int Compared = 8; // questions
    private static readonly string[] TiledCaseNames = ["sq", "wide", "two", "batch", "text"];

    internal static void Measure(Bench bench, Action<object> save)
    {
        using var unrecorded = no_grad();
        var checks = new CheckList(save);
        Golden(bench, checks);
        foreach (var family in Scenes.TiledFamilies)
            Tiled(bench, checks, family);
        var data = Scenes.Draw(seed: 11, bench.Shape.ParityImages);
        using var onCpu = Scenes.Load(ScalarType.Float32, CPU);
        using var single = Scenes.Load(ScalarType.Float32, bench.Device);
        using var half = Scenes.Load(ScalarType.BFloat16, bench.Device);
        foreach (var (name, plan) in Plans(onCpu))
        {
            var (expected, wanted, kept) = (Answers(onCpu, plan, data), Logits(onCpu, plan, data), Kept(onCpu, plan, data));
            checks.Add($"{name}: float32 logits, largest difference to the CPU's where the same tokens are kept", () => Overlap.Judge(kept, Kept(single, plan, data), Differences(wanted, Logits(single, plan, data)), LogitTolerance));
            checks.Add($"{name}: float32 gives the CPU's answers", () => Same(expected, Answers(single, plan, data), least: 1, Share(kept, Kept(single, plan, data))));
            checks.Add($"{name}: bf16 gives the CPU's answers, nearly always", () => Same(expected, Answers(half, plan, data), Bf16Agreement, Share(kept, Kept(half, plan, data))));
            if (plan.Sites.Count == 0) // under a plan one other token makes other logits, and which token is best is a matter of bits
                checks.AtMost($"{name}: bf16 logits, root mean square of the difference to the CPU's, as a part of the logits'", Bf16LogitShare, () => Relative(wanted, Logits(half, plan, data)));
            wanted.Dispose();
        }
    }

    private static IEnumerable<(string Name, ReductionPlan Plan)> Plans(LlavaModel model) =>
    [
        ("unreduced", ReductionPlan.Identity(model.ToPlanModel())),
        ("DivPrune at 24 of 144", Baselines.DivPrune(model.ToPlanModel(), 24)),
        ("PyramidDrop at 48", Baselines.PyramidDrop(model.ToPlanModel(), 48)),
        ("four sites at 36", TypicalPlan.Of(model.ToPlanModel(), 36)),
    ];

    private static void Golden(Bench bench, CheckList checks)
    {
        using var model = Scenes.LoadTiny(ScalarType.Float32, bench.Device);
        using var golden = SafetensorsFile.Open(Path.Combine(Scenes.GoldenFolder, "golden-tiny-llava.safetensors"));
        var unreduced = new ReducedModel(model, ReductionPlan.Identity(model.ToPlanModel()));
        foreach (var name in new[] { "a", "b", "c", "d", "e" })
        {
            checks.AtMost($"reference case {name}: logits, largest difference to transformers'", GoldenTolerance, () =>
            {
                using var scope = NewDisposeScope();
                using var batch = Batch(name);
                return Difference(golden.Read($"{name}.logits"), unreduced.Forward(batch));
            });
            checks.Add($"reference case {name}: the tokens that transformers generates", () =>
            {
                using var scope = NewDisposeScope();
                using var batch = Batch(name);
                long[] expected = golden.Read($"{name}.generated_ids").data<long>().ToArray();
                var found = unreduced.Generate(batch, expected.Length).Ids[0];
                return (found.Select(id => (long)id).SequenceEqual(expected), $"{found.Zip(expected).Count(pair => pair.First == pair.Second)} of {expected.Length}");
            });
        }

        PromptBatch Batch(string name)
        {
            int[] ids = [.. golden.Read($"{name}.input_ids_unexpanded").data<long>().ToArray().Select(id => (int)id)];
            var hasImage = golden.Entries.ContainsKey($"{name}.pixel_values");
            return PromptBatch.Create(model, [ids], hasImage ? model.EncodeImages(golden.Read($"{name}.pixel_values").to(bench.Device)) : null);
        }
    }

    // Images in tiles, and rows of different lengths side by side.
    private static void Tiled(Bench bench, CheckList checks, string family)
    {
        using var cases = Scenes.Cases(family);
        using var model = Scenes.LoadTiled(cases, ScalarType.Float32, bench.Device);
        var unreduced = new ReducedModel(model, ReductionPlan.Identity(model.ToPlanModel()));
        foreach (var name in TiledCaseNames)
        {
            if (cases.Tail(name) is { } tail)
                checks.AtMost($"{family}, reference case {name}: logits, largest difference to transformers'", GoldenTolerance, () =>
                {
                    using var scope = NewDisposeScope();
                    using var batch = cases.Batch(model, name);
                    var expected = cases.Read(tail);                                                 // (B, K, V)
                    var mask = Last(cases.Read($"{name}.attention_mask")).unsqueeze(-1);             // (B, K, 1)
                    return Difference(expected.mul(mask), Last(unreduced.Forward(batch).cpu()).mul(mask));

                    Tensor Last(Tensor x) => x.narrow(1, x.shape[1] - expected.shape[1], expected.shape[1]);
                });
            checks.Add($"{family}, reference case {name}: the tokens that transformers generates", () =>
            {
                using var scope = NewDisposeScope();
                using var batch = cases.Batch(model, name);
                var expected = cases.GeneratedIds(name);
                var found = unreduced.Generate(batch, expected[0].Length).Ids;
                var same = expected.Zip(found).Sum(row => row.First.Zip(row.Second).Count(pair => pair.First == pair.Second));
                return (same == expected.Sum(row => row.Length), $"{same} of {expected.Sum(row => row.Length)}");
            });
        }
    }

    private static IReadOnlyList<string> Answers(LlavaModel model, ReductionPlan plan, VqaDataset data) => Evaluator.Evaluate(new ReducedModel(model, plan), data).Answers;

    // Other tokens may well give other answers: that is no fault, but said.
    private static (bool, string) Same(IReadOnlyList<string> expected, IReadOnlyList<string> found, double least, double overlap)
    {
        var same = expected.Zip(found).Count(pair => pair.First == pair.Second);
        return (same >= least * expected.Count || overlap < 1, FormattableString.Invariant($"{same} of {expected.Count}; {100 * overlap:0.#} % of kept tokens agree"));
    }

    private static double Share(IReadOnlyList<long[][]> expected, IReadOnlyList<long[][]> found) => Enumerable.Range(0, Compared).Average(image => Overlap.Of(expected, found, image));

    private static IReadOnlyList<long[][]> Kept(LlavaModel model, ReductionPlan plan, VqaDataset data)
    {
        using var scope = NewDisposeScope();
        using var batch = Batch(model, data);
        return Overlap.Kept(model, plan, batch);
    }

    private static PromptBatch Batch(LlavaModel model, VqaDataset data) => PromptBatch.Create(model, [.. data.Examples.Take(Compared).Select(row => ((RgbImage?)data.Images[row.Images[0]], row.Question))]);

    private static double[] Differences(Tensor expected, Tensor found)
    {
        using var scope = NewDisposeScope();
        return [.. expected.sub(found).abs().flatten(1).amax([1]).data<double>()];
    }

    // The first answer token's logits of the first questions, (B, vocabulary), float64 on the CPU, outside of any dispose scope.
    private static Tensor Logits(LlavaModel model, ReductionPlan plan, VqaDataset data)
    {
        using var scope = NewDisposeScope();
        using var batch = Batch(model, data);
        using var reduced = new ReducedModel(model, plan);
        var logits = reduced.Forward(batch);
        return logits.narrow(1, logits.shape[1] - 1, 1).to(ScalarType.Float64).cpu().DetachFromDisposeScope();
    }

    private static double Difference(Tensor expected, Tensor found)
    {
        using var scope = NewDisposeScope();
        return expected.to(ScalarType.Float64).sub(found.to(ScalarType.Float64).cpu()).abs().max().Number();
    }

    private static double Relative(Tensor expected, Tensor found)
    {
        using var scope = NewDisposeScope();
        return expected.sub(found).norm().Number() / expected.norm().Number();
    }
}
