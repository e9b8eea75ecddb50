using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace EosMLNet.Tests.Engines;

/// <summary>A program without torch: this one.</summary>
public sealed class EngineProviderTests : IDisposable
{
    private readonly MLContext ml = new();
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void The_output_folder_has_neither_TorchSharp_nor_libtorch()
    {
        string[] files = [.. Directory.EnumerateFiles(AppContext.BaseDirectory, "*", SearchOption.AllDirectories).Select(file => Path.GetFileName(file))];
        Assert.Contains("EosMLNet.Answering.dll", files);
        Assert.DoesNotContain(files, file => file.Contains("torch", StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain(files, file => file is "EosMLNet.dll" or "EosMLNet.Core.dll");
    }

    [Fact]
    public void A_model_that_is_to_answer_with_torch_is_EOS2010_with_the_package_to_add() =>
        Says("EosMLNet cannot be loaded", () => Answering(AnsweringEngine.Torch).Fit(ml.Data.LoadFromEnumerable<Row>([])));

    [Fact]
    public void A_saved_model_that_is_loaded_is_the_same()
    {
        Answering(AnsweringEngine.Torch).SaveWithoutLoading(folder["model.zip"]); // which needs no engine
        Says("EosMLNet cannot be loaded", () => ml.VisionLanguage().Load(folder["model.zip"], out _));
    }

    [Fact]
    public void What_asks_no_model_needs_no_engine()
    {
        var metrics = ml.VisionLanguage().Evaluate(ml.Data.LoadFromEnumerable(
            [new Answered { Answer = "red", PredictedAnswer = "Red " }, new Answered { Answer = "red", PredictedAnswer = "blue" }]), scoreColumnName: null);
        Assert.Equal(0.5, metrics.Accuracy);
        Assert.Equal(-0.5, metrics.DifferenceFrom(ml.VisionLanguage().Evaluate(
            ml.Data.LoadFromEnumerable([new Answered { Answer = "a", PredictedAnswer = "a" }, new Answered { Answer = "b", PredictedAnswer = "b" }]), scoreColumnName: null)).Difference);
    }

    private static void Says(string why, Action act) =>
        Expect.Error(EosErrors.Engine, act, "the engine 'torch'", why, "dotnet add package EosMLNet");

    private AnswerEstimator Answering(AnsweringEngine engine)
    {
        var model = Directory.CreateDirectory(folder["model"]).FullName;
        foreach (var file in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "tiny-llava")))
            File.Copy(file, Path.Combine(model, Path.GetFileName(file)));
        BpeTrainer.Train(["what colour is it?"], 280).Save(model);
        ReductionPlan.Identity(new PlanModel
        {
            Family = "llava", Fingerprint = Checkpoint.Fingerprint(model), Layers = 4, VisualTokens = 16, Grid = new VisualGrid(4, 4),
            HiddenSize = 96, IntermediateSize = 192, Heads = 6, KeyValueHeads = 3, HeadSize = 16,
        }).Save(folder["plan.json"]);
        return ml.VisionLanguage().Answer(new AnswerOptions { ModelPath = model, PlanPath = folder["plan.json"], Engine = engine });
    }

    public void Dispose() => folder.Dispose();

    private sealed class Row
    {
        [ImageType(60, 60)]
        public MLImage? Image { get; set; }
        public string Question { get; set; } = "";
    }

    private sealed class Answered
    {
        public string Answer { get; set; } = "";
        public string PredictedAnswer { get; set; } = "";
    }
}
