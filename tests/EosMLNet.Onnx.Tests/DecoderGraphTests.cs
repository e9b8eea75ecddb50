using EosMLNet.Execution;
using EosMLNet.Models;
using EosMLNet.Onnx;
using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Onnx;

/// <summary>What a graph answers under plans of all kinds, beside torch.</summary>
public class DecoderGraphTests
{
    private static string Scenes => Repository.At("samples", "ScenesVqa", "scenes-llava");

    private static readonly string[] Questions = ["what colour is the circle", "how many red things are there", "is there a square", "what is the number"];

    public static TheoryData<string> Plans => [.. PlanSamples.Names];

    [Theory]
    [MemberData(nameof(Plans))]
    public void Logits_and_answers_are_those_of_torch(string name)
    {
        using var scope = NewDisposeScope();
        using var unrecorded = no_grad();
        using var model = VisionLanguageModel.Load(Scenes, ModelDataType.Float32, use: ModelUse.Search);
        var plan = PlanSamples.Of(name, model.ToPlanModel());
        using var reduced = new ReducedModel(model, plan);
        using var onnx = OnnxModel.Load(Scenes, plan);
        var rows = Questions.Select((question, i) => ((IReadOnlyList<Visual>)[SampleImages.Of(i, 96)], question)).ToArray();
        using var batch = PromptBatch.Create(model, rows, plan);
        var expected = reduced.Forward(batch);
        var last = expected.select(1, -1).contiguous().data<float>().ToArray();                        // (B, V)

        var prompts = rows.Select(row => onnx.Processor!.EncodePrompt(row.question, row.Item1)).ToArray();
        var images = onnx.Encode([.. rows.Select(row => (row.Item1[0], 1))]);
        using var run = onnx.Begin(prompts, images, newTokens: 4, keepsLogits: true, default);
        var worst = last.Zip(run.Logits, (a, b) => Math.Abs(a - b)).Max();
        Assert.True(worst < 1e-4, $"{name}: {worst}");

        var generation = reduced.Generate(batch, 4);
        var answers = onnx.Generate(rows, 4);
        Assert.Equal(generation.Ids, answers.Select(answer => answer.Ids));
        Assert.All(generation.MeanProbability.Zip(answers), pair => Assert.Equal(pair.First, pair.Second.MeanProbability, 1e-4));
    }

    [Theory]
    [MemberData(nameof(Plans))]
    public void The_tokens_that_sites_leave_are_told_and_are_those_of_torch(string name)
    {
        using var scope = NewDisposeScope();
        using var unrecorded = no_grad();
        using var model = VisionLanguageModel.Load(Scenes, ModelDataType.Float32, use: ModelUse.Search);
        var plan = PlanSamples.Of(name, model.ToPlanModel());
        using var reduced = new ReducedModel(model, plan);
        using var onnx = OnnxModel.Load(Scenes, plan);
        var rows = Questions.Select((question, i) => ((IReadOnlyList<Visual>)[SampleImages.Of(i, 96)], question)).ToArray();
        using var batch = PromptBatch.Create(model, rows, plan);
        var expected = reduced.KeptTokens(batch);                                                      // sites, images, tokens
        ReductionSite[] sites = [.. plan.Sites.Where(site => site.Stage == ReductionStage.Decoder)];
        Assert.Equal(sites.Length, expected.Count);

        var images = onnx.Encode([.. rows.Select(row => (row.Item1[0], 1))]);
        var told = new Dictionary<int, IReadOnlyList<KeptTokens>>();
        var tokenSeen = new HashSet<int>();
        onnx.GenerateEncoded([.. rows.Select((row, i) => (onnx.Processor!.EncodePrompt(row.question, row.Item1), (IReadOnlyList<EncodedImage>)[images[i]]))], 2,
            (row, _) => tokenSeen.Add(row), (row, kept) =>
            {
                Assert.DoesNotContain(row, tokenSeen);
                told.Add(row, kept);
            });
        Assert.Equal(rows.Length, told.Count);
        foreach (var (row, kept) in told)
        {
            Assert.All(kept, one => Assert.Equal((0, 144), (one.Image, one.Layout.Count)));
            var ofDecoder = kept.Skip(plan.ActsInEncoder ? 1 : 0).ToArray();
            Assert.Equal(sites.Select(site => site.Layer), ofDecoder.Select(one => one.Layer));
            Assert.Equal(expected.Select(site => site[row]), ofDecoder.Select(one => one.Places.Select(place => (long)place).ToArray()));
            if (plan.ActsInEncoder)
                Assert.Equal(images[row].Kept, kept[0].Places.Select(place => (long)place));
        }
    }
}
