using Benchmarks.Backbones;
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
    private readonly Lazy<VisionLanguageModel> model, second, bfloat16, int8;
    private readonly Lazy<PlanModel> here;
    private readonly Lazy<QualityData> data;
    private readonly Lazy<VqaDataset> oneQuestion, shrunkTest, otherSizeTest;
    private readonly Dictionary<(VisionLanguageModel Model, VqaDataset Data), ImageCache> testImages = [];

    /// <param name="work">Where data and results are.</param>
    /// <param name="settings">How much is measured.</param>
    /// <param name="subject">What is measured.</param>
    internal Workbench(string work, QualitySettings settings, QualityModel subject)
    {
        (Settings, Subject) = (settings, subject);
        var shared = Path.Combine(work, settings.Name);
        folder = Path.Combine(shared, subject.Name);
        Store = new Units.UnitStore(Path.Combine(folder, "units"));
        model = new(() => VisionLanguageModel.Load(subject.Folder, ModelDataType.Float32, use: ModelUse.Search));
        second = new(() => VisionLanguageModel.Load(SecondModelFolder, ModelDataType.Float32, use: ModelUse.Search));
        bfloat16 = new(() => VisionLanguageModel.Load(subject.Folder, ModelDataType.BFloat16));
        int8 = new(() => VisionLanguageModel.Load(subject.Folder, ModelDataType.Int8));
        here = new(() => BackbonePart.PlanModelOf(Model, subject.Layout(Model)));
        data = new(() => QualityData.Load(shared, settings with { DataSeed = subject.DataSeed }, subject.Size is { } size ? [size] : null));
        shrunkTest = new(() => ShrunkImages.Of(Data.Test));
        otherSizeTest = new(() => QualityData.Load(
            shared, settings with { DataSeed = subject.DataSeed + 1, SearchImages = 1, ValidationImages = 1 }, [subject.OtherSize!.Value]).Test);
        oneQuestion = new(() => QualityData.Where(Data.Test, row => row == Data.Test.Examples[0]));
    }

    /// <summary>What is measured.</summary>
    internal QualityModel Subject { get; }

    internal QualitySettings Settings { get; }

    internal Units.UnitStore Store { get; }

    /// <summary>The base model.</summary>
    internal VisionLanguageModel Model => model.Value;

    /// <summary>What plans record of it, with the visual tokens of the images here.</summary>
    internal PlanModel PlanModel => here.Value;

    /// <summary>Another base model of the same shape; its unit must be done.</summary>
    internal VisionLanguageModel Second => second.Value;

    internal QualityData Data => data.Value;

    /// <summary>The model that a plan is tested on.</summary>
    internal VisionLanguageModel ModelOn(TestGround ground) => ground switch
    {
        TestGround.SecondModel => Second,
        TestGround.BFloat16 => bfloat16.Value,
        TestGround.Int8 => int8.Value,
        _ => Model,
    };

    /// <summary>The questions that a plan is tested on.</summary>
    internal VqaDataset TestOn(TestGround ground) => ground switch
    {
        TestGround.ShrunkImages => shrunkTest.Value,
        TestGround.OtherSize => otherSizeTest.Value,
        _ => Data.Test,
    };

    private string SecondModelFolder => Path.Combine(folder, "second");

    /// <summary>Runs an operator search.</summary>
    internal Found Search(SearchSettings settings, VqaDataset? training = null, VqaDataset? validation = null, VisionLanguageModel? on = null)
    {
        var result = new OperatorSearch(on ?? Model, settings).Run(training ?? Data.Search, validation ?? Data.Validation);
        return new Found(result.Plan, result.Report.Samples + result.Report.TrialQuestions);
    }

    /// <summary>Answers test questions under a plan.</summary>
    internal EvaluationResult Test(VisionLanguageModel on, ReductionPlan plan, VqaDataset questions)
    {
        if (!testImages.TryGetValue((on, questions), out var images))
        {
            testImages[(on, questions)] = images = new ImageCache(on, questions);
            // Now, so that no plan is timed with the encoder's work.
            foreach (var chunk in Enumerable.Range(0, questions.Images.Count).Chunk(EncodedTogether))
            {
                using var scope = TorchSharp.torch.NewDisposeScope();
                images.Get([.. chunk.Select(image => new PromptImage(image, 1))]);
            }
        }
        return Evaluator.Evaluate(new ReducedModel(on, plan), questions, images: images);
    }

    /// <summary>A plan that was made for the images here, for the model and whatever images.</summary>
    internal ReductionPlan Fit(ReductionPlan plan) => ReductionPlan.Create(Model.ToPlanModel(), plan.Sites);

    /// <summary>What a plan costs on the images here.</summary>
    internal TokenLedger LedgerOf(ReductionPlan plan) => TokenLedger.Compute(PlanModel, plan.Sites);

    /// <summary>Whether the model can do what a plan does.</summary>
    internal bool CanRun(Func<PlanModel, ReductionPlan> plan)
    {
        try
        {
            using var reduced = new ReducedModel(Model, Fit(plan(PlanModel)));
            Evaluator.Evaluate(reduced, oneQuestion.Value);
            return true;
        }
        catch (EosException)
        {
            return false;
        }
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
        Trainer.Run(new Arguments(["train", "--out", unfinished, "--model", Subject.Backbone, "--resume", Subject.Folder, "--steps", $"{Settings.SecondModelSteps}", "--seed", "2"]));
        if (Directory.Exists(SecondModelFolder))
            Directory.Delete(SecondModelFolder, recursive: true);
        Directory.Move(unfinished, SecondModelFolder);
    }

    public void Dispose()
    {
        foreach (var images in testImages.Values)
            images.Dispose();
        foreach (var loaded in new[] { model, second, bfloat16, int8 }.Where(one => one.IsValueCreated))
            loaded.Value.Dispose();
    }
}
