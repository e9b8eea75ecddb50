using EosMLNet.Onnx;
using EosMLNet.Tests.Onnx;
using Microsoft.ML.OnnxRuntimeGenAI;

namespace EosMLNet.Tests.GenAi;

/// <summary>What ONNX Runtime GenAI answers with an exported folder, beside <see cref="OnnxModel"/>.</summary>
public sealed class GenAiFolderTests : IDisposable
{
    private const int NewTokens = 8;

    private static readonly OnnxExportOptions ForGenAi = new() { Layout = OnnxLayout.GenAi };

    private static readonly string[] Questions = ["what colour is the circle", "how many red things are there", "what is the number"];

    private readonly TemporaryFolder folder = new();

    private static string SceneModel => Repository.At("samples", "ScenesVqa", "scenes-llava");

    private static string SceneQwen => Repository.At("samples", "ScenesVqa", "scenes-qwen");

    private static string Golden => Repository.At("tests", "EosMLNet.Core.Tests", "Golden", "backbones", "qwen2_5_vl", "checkpoint");

    public void Dispose() => folder.Dispose();

    public static TheoryData<string> Plans => [.. PlanSamples.Names];

    [Theory]
    [MemberData(nameof(Plans))]
    public void Llavas_tokens_are_ours(string name)
    {
        var plan = PlanSamples.Of(name, ModelOf(SceneModel));
        plan.ExportOnnx(SceneModel, folder.Path, ForGenAi);
        AssertSame(SceneModel, plan, [.. Questions.Select((question, i) => ((IReadOnlyList<Visual>)[SampleImages.Of(i, 96)], question))]);
    }

    [Fact]
    public void Tokens_of_a_question_about_several_images_are_ours()
    {
        var plan = PlanSamples.Of("mixed", ModelOf(SceneModel));
        plan.ExportOnnx(SceneModel, folder.Path, ForGenAi);
        AssertSame(SceneModel, plan, [([SampleImages.Of(1, 96), SampleImages.Of(2, 96)], Questions[0]), ([], Questions[1])]);
    }

    [Theory]
    [InlineData(96, 96)]
    [InlineData(96, 144)]
    public void Tokens_of_a_trained_model_with_images_of_any_size_are_ours(int height, int width)
    {
        var plan = PlanSamples.OfShares(ModelOf(SceneQwen));
        plan.ExportOnnx(SceneQwen, folder.Path, ForGenAi);
        AssertSame(SceneQwen, plan, [.. Questions.Select((question, i) => ((IReadOnlyList<Visual>)[SampleImages.Of(i, height, width)], question))]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Qwens_tokens_are_ours(int seed)
    {
        var plan = PlanSamples.OfShares(ModelOf(Golden));
        Assert.Equal(3, plan.Sites.Count);
        plan.ExportOnnx(Golden, folder.Path, ForGenAi);
        using var ours = OnnxModel.Load(Golden, plan);
        using var prompts = GenAiPrompts.Load(folder.Path);
        using var model = new Model(folder.Path);
        var random = new Random(seed);
        for (var images = 0; images < 3; images++)
        {
            var (rows, columns) = (random.Next(2, 6), random.Next(2, 6));
            var shape = new ImageShape(rows * columns * 4, rows * 16, columns * 16);
            ImageShape[] shapes = [.. Enumerable.Repeat(shape, images)];
            float[] pixels = [.. Enumerable.Range(0, images * shape.Parts * 384).Select(_ => 2 * random.NextSingle() - 1)];
            int[] ids = [.. shapes.SelectMany(_ => (int[])[.. Text(), 301, 303, 302]), .. Text()];
            var expected = ours.GenerateEncoded([(ids, ours.Encode(shapes, pixels, default))], NewTokens)[0].Ids;
            using var prompt = prompts.OfEncoded(ids, prompts.Encode(shapes, pixels, default));
            using var generation = new Generation(model, prompt, NewTokens);
            Assert.Equal(expected, generation.Add(NewTokens));
        }

        IEnumerable<int> Text() => Enumerable.Range(0, random.Next(2, 6)).Select(_ => random.Next(4, 290));
    }

    private void AssertSame(string checkpoint, ReductionPlan plan, (IReadOnlyList<Visual> Images, string Question)[] rows)
    {
        using var ours = OnnxModel.Load(checkpoint, plan);
        using var prompts = GenAiPrompts.Load(folder.Path);
        using var model = new Model(folder.Path);
        Assert.All(rows, row =>
        {
            using var prompt = prompts.Of(row.Images, row.Question);
            using var generation = new Generation(model, prompt, NewTokens);
            Assert.Equal(ours.Generate([row], NewTokens)[0].Ids, generation.Add(NewTokens));
        });
    }

    private static PlanModel ModelOf(string checkpoint)
    {
        using var model = OnnxModel.Load(checkpoint);
        return model.Plan.Model;
    }
}
