using EosMLNet.Tests.Onnx;
using Microsoft.ML;

namespace EosMLNet.Tests.Engines;

/// <summary>The stage answers through ONNX Runtime, in a program that has no torch.</summary>
public sealed class OnnxEngineTests : IDisposable
{
    private readonly MLContext ml = new();
    private readonly TemporaryFolder folder = new();

    private static readonly string[] Questions = ["what colour is the circle", "what is the number", "is there a square"];

    private static string Scenes => Repository.At("samples", "ScenesVqa", "scenes-llava");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Transform_prediction_engine_and_a_saved_model_give_the_same_answers()
    {
        var data = Rows(6);
        var plan = Plan();
        using var fitted = ml.VisionLanguage().Answer(Options(plan)).Fit(data);
        var answers = Answers(fitted, data);
        Assert.All(answers, answer => Assert.NotEmpty(answer.PredictedAnswer));
        Assert.All(answers, answer => Assert.InRange(answer.Score, 0.01f, 1));
        ml.Model.Save(fitted, data.Schema, folder["model.zip"]);
        using var loaded = (VisionLanguageTransformer)ml.Model.Load(folder["model.zip"], out _);
        Assert.Equal(answers.Select(answer => answer.PredictedAnswer), Answers(loaded, data).Select(answer => answer.PredictedAnswer));
        using var engine = ml.VisionLanguage().CreatePredictionEngine<Asked, Answered>(loaded);
        var row = ml.Data.CreateEnumerable<Asked>(data, reuseRowObject: false).First();
        Assert.Equal(answers[0].PredictedAnswer, engine.Predict(row).PredictedAnswer);
        Assert.Equal((float)plan.Ledger.Mean, engine.Predict(row).VisualTokens);
    }

    [Fact]
    public void Images_that_are_remembered_give_the_same_answers()
    {
        var data = Rows(6);
        using var plain = ml.VisionLanguage().Answer(Options(null)).Fit(data);
        var options = Options(null);
        options.ImageCacheBytes = 1 << 20;
        using var remembering = ml.VisionLanguage().Answer(options).Fit(data);
        Assert.Equal(Answers(plain, data).Select(answer => answer.PredictedAnswer), Answers(remembering, data).Select(answer => answer.PredictedAnswer));
        Assert.Equal(Answers(plain, data).Select(answer => answer.PredictedAnswer), Answers(remembering, data).Select(answer => answer.PredictedAnswer));
    }

    [Fact]
    public void Another_type_than_float32_is_said()
    {
        var said = new List<string>();
        ml.Log += (_, e) => said.Add(e.Message);
        var options = Options(null);
        options.DataType = Tensors.ModelDataType.BFloat16;
        using var model = ml.VisionLanguage().Answer(options).Fit(Rows(1));
        Assert.Contains(said, message => message.Contains("BFloat16") && message.Contains("Float32"));
    }

    [Fact]
    public void A_GPU_that_is_not_there_is_EOS2002_and_the_CPU_where_that_will_do()
    {
        ml.GpuDeviceId = 0;
        Expect.Error(EosErrors.Device, () => ml.VisionLanguage().Answer(Options(null)).Fit(Rows(1)), "GPU 0", "FallbackToCpu");
        ml.FallbackToCpu = true;
        using var model = ml.VisionLanguage().Answer(Options(null)).Fit(Rows(1));
        Assert.Single(Answers(model, Rows(1)));
    }

    [Fact]
    public void A_plan_of_another_model_is_EOS4002()
    {
        var options = Options(ReductionPlan.Identity(Plan().Model with { HiddenSize = 64 }));
        Expect.Error(EosErrors.PlanMismatch, () => ml.VisionLanguage().Answer(options).Fit(Rows(1)), "hidden size", "64", "128");
    }

    [Fact]
    public void Under_another_plan_it_answers_as_a_model_that_was_loaded_under_it_and_outlives_the_one_it_came_from()
    {
        var (data, plan) = (Rows(6), Plan());
        using var loaded = ml.VisionLanguage().Answer(Options(plan)).Fit(data);
        var expected = Answers(loaded, data);
        ml.Model.Save(loaded, data.Schema, folder["model.zip"]);
        var saved = (VisionLanguageTransformer)ml.Model.Load(folder["model.zip"], out _);
        var whole = saved.WithPlan(ReductionPlan.Identity(plan.Model));
        using var other = whole.WithPlan(plan);
        saved.Dispose();
        Assert.All(Answers(whole, data), answer => Assert.Equal(144, answer.VisualTokens));
        whole.Dispose();
        Assert.Equal(expected.Select(answer => (answer.PredictedAnswer, answer.VisualTokens)), Answers(other, data).Select(answer => (answer.PredictedAnswer, answer.VisualTokens)));
        Expect.Error(EosErrors.PlanMismatch, () => other.WithPlan(ReductionPlan.Identity(plan.Model with { HiddenSize = 64 })), "hidden size", "64", "128");
    }

    private AnswerOptions Options(ReductionPlan? plan)
    {
        plan?.Save(folder["plan.json"]);
        return new() { ModelPath = Scenes, PlanPath = plan is null ? null : folder["plan.json"], AnswerBatchSize = 4 };
    }

    private static ReductionPlan Plan()
    {
        var config = ModelConfig.Load(Scenes);
        return Baselines.FastV(config.ToPlanModel(null, new ModelFingerprint(Checkpoint.Fingerprint(Scenes))), 48);
    }

    private IDataView Rows(int count) => ml.Data.LoadFromEnumerable(Enumerable.Range(0, count).Select(i => new Asked
    {
        Image = Saved(i / 2), Question = Questions[i % Questions.Length],
    }));

    private string[] Saved(int seed)
    {
        var path = folder[$"image{seed}.png"];
        if (!File.Exists(path))
            File.WriteAllBytes(path, SampleImages.Png(seed, 96));
        return [path];
    }

    private List<Answered> Answers(ITransformer model, IDataView data) =>
        [.. ml.Data.CreateEnumerable<Answered>(model.Transform(data), reuseRowObject: false)];

    private sealed class Asked
    {
        public string[] Image { get; set; } = [];
        public string Question { get; set; } = "";
    }

    private sealed class Answered
    {
        public string PredictedAnswer { get; set; } = "";
        public float Score { get; set; }
        public float VisualTokens { get; set; }
    }
}
