using EosMLNet.Onnx;
using EosMLNet.Tests.Onnx;
using Microsoft.ML.OnnxRuntimeGenAI;

namespace EosMLNet.Tests.GenAi;

/// <summary>What ONNX Runtime GenAI answers with an exported folder, beside <see cref="OnnxModel"/>.</summary>
public sealed class GenAiFolderTests : IDisposable
{
    private const int NewTokens = 8;

    private readonly TemporaryFolder folder = new();
    private readonly Random random = new(7);

    private static string Scenes => Repository.At("samples", "ScenesVqa", "scenes-llava");

    private static string Llava => Repository.At("tests", "EosMLNet.Core.Tests", "Golden", "tiny-llava");

    private static string Qwen => Backbone("qwen2_5_vl");

    private static string Backbone(string family) =>
        Repository.At("tests", "EosMLNet.Core.Tests", "Golden", "backbones", family, "checkpoint");

    public void Dispose() => folder.Dispose();

    public static TheoryData<string> Plans => [.. PlanSamples.ForFewLayers];

    [Theory]
    [MemberData(nameof(Plans))]
    public void Llavas_tokens_are_ours(string name)
    {
        Export(Llava, PlanSamples.Of(name, PlanModelOf(Llava)));
        AssertSame(Llava, LlavaPrompt(1), LlavaPrompt(1), LlavaPrompt(1));
    }

    [Fact]
    public void Llavas_tokens_are_ours_with_one_image_several_or_none()
    {
        Export(Llava, ThreeSites());
        AssertSame(Llava, LlavaPrompt(1), LlavaPrompt(2), LlavaPrompt(0), LlavaPrompt(3));
    }

    [Theory]
    [InlineData("qwen2_5_vl", 4, 4)]
    [InlineData("qwen2_5_vl", 3, 5)]
    [InlineData("qwen2_5_vl", 2, 2)]
    [InlineData("qwen2_vl", 3, 4)]
    [InlineData("qwen3_vl", 4, 3)]
    public void Qwens_tokens_are_ours(string family, int rows, int columns)
    {
        var checkpoint = Backbone(family);
        var plan = Export(checkpoint, PlanSamples.OfShares(PlanModelOf(checkpoint)));
        Assert.Equal(3, plan.Sites.Count);
        AssertSame(checkpoint, QwenPrompt(1, rows, columns), QwenPrompt(2, rows, columns), QwenPrompt(0, rows, columns));
    }

    [Theory]
    [InlineData("llava_next", 28)]
    [InlineData("llava_onevision", 24)]
    public void Tokens_of_models_with_tiles_are_ours(string family, int side)
    {
        var checkpoint = Backbone(family);
        Export(checkpoint, Baselines.FastV(PlanModelOf(checkpoint), PlanModelOf(checkpoint).VisualTokens / 2));
        NoisePrompt Prompt(int images) => NoisePrompt.Of(random, images, new ImageShape(1, side, side), 3 * side * side,
            [ModelConfig.Load(checkpoint).ImageTokenIndex], vocabulary: 200);
        AssertSame(checkpoint, Prompt(1), Prompt(2));
    }

    [Fact]
    public void Weights_in_8_bits_give_the_tokens_that_they_give_us()
    {
        ThreeSites().ExportOnnx(Llava, folder.Path, new() { Layout = OnnxLayout.GenAi, Weights = OnnxWeights.Int8 });
        Assert.False(File.Exists(folder["model.safetensors"]));
        using var other = new TemporaryFolder();
        ThreeSites().ExportOnnx(Llava, other.Path, new() { Weights = OnnxWeights.Int8 });
        using var ours = OnnxModel.LoadExported(other.Path);
        AssertSame(ours, LlavaPrompt(1), LlavaPrompt(2));
    }

    [Fact]
    public void A_sample_model_answers_its_question()
    {
        var plan = Export(Scenes, PlanSamples.Of("mixed", PlanModelOf(Scenes)));
        Assert.Equal(3, plan.Sites.Count);
        using var ours = OnnxModel.Load(Scenes, plan);
        using var prompts = GenAiPrompts.Load(folder.Path);
        using var model = new Model(folder.Path);
        foreach (var question in (string[])["what colour is the circle", "how many red things are there", "what is the number"])
        {
            RgbImage[] images = [SampleImages.Of(5, 96)];
            using var prompt = prompts.Of(images, question);
            using var generation = new Generation(model, prompt, NewTokens);
            Assert.Equal(ours.Processor!.Decode(ours.Generate([(images, question)], NewTokens)[0].Ids), prompts.Read(generation.Add(NewTokens)));
        }
    }

    [Fact]
    public void Tokens_that_are_appended_later_are_answered_as_if_they_had_been_there()
    {
        Export(Llava, PlanSamples.Of("pyramiddrop", PlanModelOf(Llava)));
        using var prompts = GenAiPrompts.Load(folder.Path);
        using var model = new Model(folder.Path);
        using var prompt = LlavaPrompt(1).Of(prompts);
        using var generation = new Generation(model, prompt, 40);
        var first = generation.Add(5);
        generation.Generator.AppendTokens([40, 50, 60]);
        var second = generation.Add(5);
        Assert.NotEqual(first, second);
        // Back behind the prompt: the same again.
        generation.Generator.RewindTo((ulong)prompt.Ids.Length + 5);
        generation.Generator.AppendTokens([40, 50, 60]);
        Assert.Equal(second, generation.Add(5));
        generation.Generator.RewindTo(0);
        generation.Generator.AppendTokens(prompt.Ids);
        Assert.Equal(first, generation.Add(5));
    }

    [Fact]
    public void The_memory_of_a_prompt_goes_with_it()
    {
        Export(Llava, ThreeSites());
        using var prompts = GenAiPrompts.Load(folder.Path);
        var prompt = LlavaPrompt(1).Of(prompts);
        Assert.NotEqual(0, prompt.Inputs[0].Address);
        prompt.Dispose();
        prompt.Dispose();
        Assert.Throws<InvalidOperationException>(() => prompt.Inputs[0].Address);
    }

    [Fact]
    public void Beams_are_refused()
    {
        Export(Llava, ThreeSites());
        using var prompts = GenAiPrompts.Load(folder.Path);
        using var model = new Model(folder.Path);
        using var prompt = LlavaPrompt(1).Of(prompts);
        Assert.Throws<OnnxRuntimeGenAIException>(() =>
        {
            using var generation = new Generation(model, prompt, NewTokens, beams: 2);
            generation.Add(NewTokens);
        });
    }

    [Fact]
    public void Images_that_differ_are_EOS4002()
    {
        Export(Qwen, PlanSamples.OfShares(PlanModelOf(Qwen)));
        using var prompts = GenAiPrompts.Load(folder.Path);
        EncodedImage[] images = [.. QwenPrompt(1, 2, 2).Encode(prompts), .. QwenPrompt(1, 2, 3).Encode(prompts)];
        Assert.Equal(EosErrors.PlanMismatch, Assert.Throws<EosException>(() => prompts.OfEncoded([5, 303, 303, 7], images)).Code);
    }

    [Fact]
    public void A_folder_is_for_one_program()
    {
        var plan = Export(Llava, ThreeSites());
        Assert.Contains("genai", Assert.Throws<EosException>(() => OnnxModel.LoadExported(folder.Path)).Message, StringComparison.Ordinal);
        Assert.Equal(OnnxLayout.GenAi, OnnxManifest.Load(folder.Path).Layout);
        using var other = new TemporaryFolder();
        plan.ExportOnnx(Llava, other.Path);
        Assert.Equal(EosErrors.OnnxGraph, Assert.Throws<EosException>(() => GenAiPrompts.Load(other.Path)).Code);
    }

    [Fact]
    public void The_page_of_the_folder_names_all_that_is_to_be_set_and_spares_that_of_others()
    {
        using var checkpoint = new TemporaryFolder();
        foreach (var file in Directory.GetFiles(Qwen))
            File.Copy(file, checkpoint[Path.GetFileName(file)]);
        checkpoint.Write("README.md", "# Somebody's model");
        var plan = PlanSamples.OfShares(PlanModelOf(Qwen));
        plan.ExportOnnx(checkpoint.Path, checkpoint.Path, new() { Layout = OnnxLayout.GenAi });
        Assert.Equal("# Somebody's model", File.ReadAllText(checkpoint["README.md"]));
        var page = File.ReadAllText(checkpoint["README-genai.md"]);
        using var prompts = GenAiPrompts.Load(checkpoint.Path);
        using var prompt = QwenPrompt(1, 2, 2).Of(prompts);
        Assert.True(prompt.Inputs.Count > 4);
        Assert.All(prompt.Inputs, input => Assert.Contains($"`{input.Name}`", page, StringComparison.Ordinal));
    }

    private ReductionPlan Export(string checkpoint, ReductionPlan plan)
    {
        plan.ExportOnnx(checkpoint, folder.Path, new() { Layout = OnnxLayout.GenAi });
        return plan;
    }

    private static PlanModel PlanModelOf(string checkpoint) =>
        ModelConfig.Load(checkpoint).ToPlanModel(null, new ModelFingerprint(CheckpointFiles.Of(checkpoint).Fingerprint));

    // What the first two leave weighs on attention, what the third leaves does not.
    private static ReductionPlan ThreeSites() => ReductionPlan.Create(PlanModelOf(Llava), new[] { (0, 9), (1, 6), (3, 3) }.Select(at => new ReductionSite
    {
        Layer = at.Item1,
        Keep = at.Item2,
        Transfer = 0.8,
        ProportionalAttention = at.Item1 < 3 ? 1 : 0,
        Score = new Dictionary<ScoreCriterion, double> { [ScoreCriterion.FeatureNorm] = 0.5, [at.Item1 == 0 ? ScoreCriterion.Novelty : ScoreCriterion.TextAttention] = 0.5 },
    }));

    private void AssertSame(string checkpoint, params NoisePrompt[] noise)
    {
        using var ours = OnnxModel.Load(checkpoint, OnnxManifest.Load(folder.Path).LoadPlan(folder.Path));
        AssertSame(ours, noise);
    }

    private void AssertSame(OnnxModel ours, params NoisePrompt[] noise)
    {
        using var prompts = GenAiPrompts.Load(folder.Path);
        using var model = new Model(folder.Path);
        var all = new List<int>();
        Assert.All(noise, one =>
        {
            var expected = ours.GenerateEncoded([(one.Ids, ours.Encode(one.Shapes, one.Pixels, default))], NewTokens)[0].Ids;
            all.AddRange(expected);
            using var prompt = one.Of(prompts);
            using var generation = new Generation(model, prompt, NewTokens);
            Assert.Equal(expected, generation.Add(NewTokens));
        });
        Assert.True(all.Distinct().Count() > 4, $"{string.Join(", ", all)} tell little");
    }

    private NoisePrompt LlavaPrompt(int images) => NoisePrompt.Of(random, images, new ImageShape(1), 3 * 56 * 56, [299], vocabulary: 290);

    private NoisePrompt QwenPrompt(int images, int rows, int columns) => NoisePrompt.Of(
        random, images, new ImageShape(rows * columns * 4, rows * 16, columns * 16), 384, [301, 303, 302], vocabulary: 290);
}
