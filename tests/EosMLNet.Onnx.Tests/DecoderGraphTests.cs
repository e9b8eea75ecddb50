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

    public static TheoryData<string> Plans()
    {
        var data = new TheoryData<string>();
        foreach (var name in PlanSamples.Names)
            data.Add(name);
        return data;
    }

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
        var images = onnx.Encode([.. rows.Select(row => onnx.Processor!.Images.ShapeOf(row.Item1[0], 1))],
            onnx.Processor!.Images.Process([.. rows.Select(row => (RgbImage)row.Item1[0])]));
        using var run = onnx.Begin(prompts, images, newTokens: 4);
        var worst = last.Zip(run.Logits, (a, b) => Math.Abs(a - b)).Max();
        Assert.True(worst < 1e-4, $"{name}: {worst}");

        var generation = reduced.Generate(batch, 4);
        var answers = rows.Select(_ => new List<int>()).ToArray();
        for (var step = 0; step < 4; step++)
        {
            var ids = run.Logits.Chunk(model.VocabularySize).Select(row => (long)Array.IndexOf(row, row.Max())).ToArray();
            for (var row = 0; row < ids.Length; row++)
                answers[row].Add((int)ids[row]);
            if (step < 3)
                run.Add(ids, default);
        }
        foreach (var (answer, ids) in answers.Zip(generation.Ids))
            Assert.Equal(ids, answer.TakeWhile(id => !model.EosTokenIds.Contains(id)));
    }
}
