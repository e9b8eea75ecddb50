using EosMLNet.Evaluation;
using EosMLNet.Execution;
using EosMLNet.Models;
using EosMLNet.Tensors;
using EosMLNet.Search;
using ScenesVqa;
using ScenesVqa.Training;

namespace Benchmarks.Quality;

/// <summary>What all measurements share: data, models, and the means to search and to test.</summary>
internal sealed class Workbench : IDisposable
{
    private const int EncodedTogether = 32;

    private readonly string folder;
    private readonly Lazy<LlavaModel> model, second;
    private readonly Lazy<QualityData> data;
    private readonly Dictionary<VisionLanguageModel, ImageCache> testImages = [];

    /// <param name="folder">Where data and results are.</param>
    /// <param name="settings">How much is measured.</param>
    internal Workbench(string folder, QualitySettings settings)
    {
        this.folder = folder;
        Settings = settings;
        Store = new Units.UnitStore(Path.Combine(folder, "units"));
        model = new(() => LlavaModel.Load(ModelFolder, ModelDataType.Float32));
        second = new(() => LlavaModel.Load(SecondModelFolder, ModelDataType.Float32));
        data = new(() => QualityData.Load(folder, settings));
    }

    internal QualitySettings Settings { get; }

    internal Units.UnitStore Store { get; }

    /// <summary>The base model, <c>scenes-llava</c>.</summary>
    internal LlavaModel Model => model.Value;

    /// <summary>Another base model of the same shape; its unit must be done.</summary>
    internal LlavaModel Second => second.Value;

    internal QualityData Data => data.Value;

    private static string ModelFolder => Path.Combine(AppContext.BaseDirectory, "scenes-llava");

    private string SecondModelFolder => Path.Combine(folder, "second-llava");

    /// <summary>Runs an operator search.</summary>
    internal Found Search(SearchSettings settings, VqaDataset? training = null, VqaDataset? validation = null, VisionLanguageModel? on = null)
    {
        var result = new OperatorSearch(on ?? Model, settings).Run(training ?? Data.Search, validation ?? Data.Validation);
        return new Found(result.Plan, result.Report.Samples + result.Report.TrialQuestions);
    }

    /// <summary>Answers the test questions under a plan.</summary>
    internal EvaluationResult Test(VisionLanguageModel on, ReductionPlan plan)
    {
        if (!testImages.TryGetValue(on, out var images))
        {
            testImages[on] = images = new ImageCache(on, Data.Test);
            foreach (var chunk in Enumerable.Range(0, Data.Test.Images.Count).Chunk(EncodedTogether)) // now, so that no plan is timed with the encoder's work
            {
                using var scope = TorchSharp.torch.NewDisposeScope();
                images.Get([.. chunk.Select(image => new PromptImage(image, 1))]);
            }
        }
        return Evaluator.Evaluate(new ReducedModel(on, plan), Data.Test, images: images);
    }

    /// <summary>The plan that a trial's unit found.</summary>
    internal ReductionPlan Plan(Trial trial) => ReductionPlan.Load(PlanPath(trial));

    internal string PlanPath(Trial trial) => Store.PathOf(trial.FindKey, ".plan.json");

    /// <summary>Trains the base model a little further, on images of its own, so that there is another one.</summary>
    internal void TrainSecondModel()
    {
        var unfinished = $"{SecondModelFolder}.unfinished";
        if (Directory.Exists(unfinished))
            Directory.Delete(unfinished, recursive: true);
        Trainer.Run(new Arguments(["train", "--out", unfinished, "--resume", ModelFolder, "--steps", $"{Settings.SecondModelSteps}", "--seed", "2"]));
        if (Directory.Exists(SecondModelFolder))
            Directory.Delete(SecondModelFolder, recursive: true);
        Directory.Move(unfinished, SecondModelFolder);
    }

    public void Dispose()
    {
        foreach (var images in testImages.Values)
            images.Dispose();
        if (model.IsValueCreated)
            Model.Dispose();
        if (second.IsValueCreated)
            Second.Dispose();
    }
}
