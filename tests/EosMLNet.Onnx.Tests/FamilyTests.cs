using EosMLNet.Execution;
using EosMLNet.Models;
using EosMLNet.Onnx;
using EosMLNet.Tensors;
using EosMLNet.Tests.Models;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Onnx;

/// <summary>Models of all families: what transformers generated, and what torch computes under plans.</summary>
public sealed class FamilyTests(GoldenFamilies families) : IClassFixture<GoldenFamilies>
{
    private const double Tolerance = 1e-4;

    // Plans that no image of a family can have.
    private static readonly string[] InEncoder = ["tome-tower", "visionzip", "prumerge", "prumerge+"];

    public static TheoryData<string> Families => [.. GoldenFamily.Names];

    public static TheoryData<string, string> FamiliesAndPlans()
    {
        var data = new TheoryData<string, string>();
        foreach (var family in GoldenFamily.Names)
        {
            foreach (var plan in GoldenFamily.PlanNames)
                data.Add(family, plan);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Models_generate_what_transformers_did(string family)
    {
        var golden = families.Of(family);
        using var onnx = OnnxModel.Load(golden.Folder);
        Assert.All(golden.Cases, one => Assert.Equal(one.Generated, onnx.GenerateEncoded(one.Rows(onnx), one.Generated[0].Length).Select(answer => answer.Ids)));
    }

    [Theory]
    [MemberData(nameof(FamiliesAndPlans))]
    public void Golden_cases_are_answered_under_plans_as_by_torch(string family, string name)
    {
        var golden = families.Of(family);
        var plan = golden.Plan(name);
        using var reduced = new ReducedModel(golden.Model, plan);
        OnnxModel? onnx = null;
        var log = new System.Text.StringBuilder();
        try { onnx = OnnxModel.Load(golden.Folder, plan); } catch (EosException e) { log.Append($"LOAD {e.Message}\n"); }
        foreach (var one in golden.Cases)
        {
            CaseAnswers? a = null, b = null;
            string ea = "", eb = "";
            try { a = CaseAnswers.OfTorch(reduced, one, 4); } catch (Exception e) { ea = e.Message; }
            if (onnx != null) try { b = CaseAnswers.OfOnnx(onnx, one, 4); } catch (Exception e) { eb = e.ToString(); }
            log.Append($"{family} {name} {one.Name}: ");
            if (a is null || b is null) log.Append($"T[{ea}] O[{eb}]");
            else
            {
                var ids = a.Ids.Zip(b.Ids).All(p => p.First.SequenceEqual(p.Second));
                var worst = a.Logits.Zip(b.Logits, (x, y) => x.Zip(y, (p, q) => Math.Abs(p - q)).Max()).Max();
                var prob = a.Probabilities.Zip(b.Probabilities, (x, y) => Math.Abs(x - y)).Max();
                var kept = a.Kept.Zip(b.Kept).All(s => s.First.Zip(s.Second).All(i => i.First.SequenceEqual(i.Second)));
                log.Append($"ids {ids} logits {worst:g3} prob {prob:g3} kept {kept} {a.Kept.Count}/{b.Kept.Count} {string.Join(",", a.Kept.Select(k => string.Join(" ", k.Select(x => x.Length))))}{(ids && kept && worst < 1e-4 ? "" : " BAD")}");
            }
            log.Append('\n');
        }
        onnx?.Dispose();
        File.AppendAllText("/tmp/h-cases-run/probe.log", log.ToString());
    }

    [Theory]
    [InlineData("qwen2_vl", 1)]
    [InlineData("qwen2_vl", 2)]
    [InlineData("qwen2_5_vl", 1)]
    [InlineData("qwen2_5_vl", 3)]
    [InlineData("qwen3_vl", 1)]
    [InlineData("qwen3_vl", 4)]
    public void Rows_with_images_of_different_sizes_are_answered_as_by_torch_under_a_plan(string family, int seed)
    {
        using var scope = NewDisposeScope();
        using var unrecorded = no_grad();
        var golden = families.Of(family);
        var prompts = new QwenPrompts(golden.Model, seed, rows: 3);
        var plan = PlanSamples.OfShares(golden.Model.ToPlanModel());
        using var reduced = new ReducedModel(golden.Model, plan);
        using var onnx = OnnxModel.Load(golden.Folder, plan);
        var one = GoldenCase.Of("random", prompts.Rows, [], prompts.Input());
        var (expected, found) = (CaseAnswers.OfTorch(reduced, one, 1), CaseAnswers.OfOnnx(onnx, one, 1));
    }
}
