using EosMLNet.Execution;
using EosMLNet.Models;
using EosMLNet.Onnx;
using EosMLNet.Tests.Models;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Onnx;

/// <summary>Models of all families: what transformers generated, and what torch computes under plans.</summary>
public sealed class FamilyTests(GoldenFamilies families) : IClassFixture<GoldenFamilies>
{
    private const double Tolerance = 1e-4;
    private const int NewTokens = 4;

    // The models are tiny: more threads would only wait for each other.
    private static readonly OnnxOptions OneThread = new() { Threads = 1 };

    // Sites where models whose images vary have none.
    private static readonly string[] InEncoder = ["tome-tower", "visionzip", "scope", "holov", "prumerge", "prumerge+"];

    public static TheoryData<string> Families => [.. GoldenFamily.Names];

    public static TheoryData<string, string> PlansOfFamilies => Plans(isRefused: false);

    public static TheoryData<string, string> RefusedPlans => Plans(isRefused: true);

    [Theory]
    [MemberData(nameof(Families))]
    public void Models_generate_what_transformers_did(string family)
    {
        var golden = families.Of(family).Together;
        using var onnx = OnnxModel.Load(families.Of(family).Folder, options: OneThread);
        Assert.Equal(golden.Generated, onnx.GenerateEncoded(golden.Rows(onnx), golden.Generated[0].Length).Select(answer => answer.Ids));
    }

    [Theory]
    [MemberData(nameof(PlansOfFamilies))]
    public void Golden_cases_are_answered_under_plans_as_by_torch(string family, string name)
    {
        var golden = families.Of(family);
        var plan = golden.Plan(name);
        using var reduced = new ReducedModel(golden.Model, plan);
        using var onnx = OnnxModel.Load(golden.Folder, plan, OneThread);
        // All rows side by side, but no grid of windows is to be had of a video.
        var compared = (name == "pool" ? golden.Cases : [golden.Together]).Count(one => AssertAlike(reduced, onnx, one));
        Assert.InRange(compared, 1, golden.Cases.Count);
    }

    [Theory]
    [MemberData(nameof(RefusedPlans))]
    public void Plans_that_a_family_cannot_have_are_refused_by_both_engines(string family, string name)
    {
        var golden = families.Of(family);
        ReductionPlan? plan = null;
        if (Record.Exception(() => plan = golden.Plan(name)) is { } unmade)
        {
            Assert.Equal(EosErrors.PlanFile, Assert.IsType<EosException>(unmade).Code); // such numbers make no plan
            return;
        }
        Expect.Error(EosErrors.PlanMismatch, () => OnnxModel.Load(golden.Folder, plan, OneThread).Dispose());
        Expect.Error(EosErrors.PlanMismatch, () =>
        {
            using var reduced = new ReducedModel(golden.Model, plan!);
            CaseAnswers.OfTorch(reduced, golden.Together, NewTokens);
        });
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
        var golden = families.Of(family);
        var prompts = new QwenPrompts(golden.Model, seed, rows: 3);
        int[] images = [.. prompts.Rows.Select((_, row) => prompts.Input(row)?.Images.Count ?? 0)];
        var plan = PlanSamples.OfShares(golden.Model.ToPlanModel());
        using var reduced = new ReducedModel(golden.Model, plan);
        using var onnx = OnnxModel.Load(golden.Folder, plan, OneThread);
        Assert.True(AssertAlike(reduced, onnx, GoldenCase.Of(prompts.Rows, images, [], prompts.Input())));
    }

    private static TheoryData<string, string> Plans(bool isRefused)
    {
        var data = new TheoryData<string, string>();
        foreach (var (family, plan) in from family in GoldenFamily.Names from plan in GoldenFamily.PlanNames select (family, plan))
        {
            var cannot = !family.Contains("tiny") && InEncoder.Contains(plan) || plan == "pool" && family is "llava_next" or "llava_onevision";
            if (cannot == isRefused)
                data.Add(family, plan);
        }
        return data;
    }

    // Whether both engines answer, and alike; false where both refuse.
    private static bool AssertAlike(ReducedModel reduced, OnnxModel onnx, GoldenCase one)
    {
        CaseAnswers? expected = null;
        if (Record.Exception(() => expected = CaseAnswers.OfTorch(reduced, one, NewTokens)) is { } refused)
        {
            Expect.Error(Assert.IsType<EosException>(refused).Code, () => CaseAnswers.OfOnnx(onnx, one, NewTokens));
            return false;
        }
        var found = CaseAnswers.OfOnnx(onnx, one, NewTokens);
        Assert.Equal(expected!.Kept.Count, found.Kept.Count);
        var firstImage = 0;
        foreach (var (row, images) in one.ImagesOfRows.Index())
        {
            var own = Enumerable.Range(firstImage, images);
            firstImage += images;
            if (own.Any(image => BeganElsewhere(onnx, one, image, expected, found)))
                continue;
            Assert.InRange(expected.Logits[row].Zip(found.Logits[row], (a, b) => Math.Abs(a - b)).Max(), 0, Tolerance);
            Assert.Equal(expected.Ids[row], found.Ids[row]);
            Assert.Equal(expected.Probabilities[row], found.Probabilities[row], Tolerance);
        }
        return true;
    }

    // Whether the engines keep other tokens of an image, which only a tie may bring about: farthest-first begins with the token that is least
    // like any other, and an image of one tile is seen twice, as a whole and as its tile, so that each token has its equal.
    private static bool BeganElsewhere(OnnxModel onnx, GoldenCase one, int image, CaseAnswers expected, CaseAnswers found)
    {
        if (expected.Kept.Zip(found.Kept).All(site => site.First[image].SequenceEqual(site.Second[image])))
            return false;
        Assert.Equal(AnchorRule.Farthest, Assert.Single(onnx.Plan.Sites).Extra?.Rule);
        var encoded = one.Rows(onnx).SelectMany(row => row.Images).ElementAt(image);
        var tokens = encoded.Features.Chunk(encoded.Features.Length / encoded.Count).ToArray();
        Assert.All(tokens, token => Assert.Contains(tokens, other => other != token && other.Zip(token, (a, b) => Math.Abs(a - b)).Max() < Tolerance));
        return true;
    }
}
