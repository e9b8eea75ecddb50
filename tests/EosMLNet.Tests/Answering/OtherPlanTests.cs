using EosMLNet.Models;
using Microsoft.ML;
using TorchSharp;

namespace EosMLNet.Tests.Answering;

public sealed class OtherPlanTests(TinyModel tiny) : IClassFixture<TinyModel>
{
    private readonly MLContext ml = new(seed: 1);

    [Fact]
    public void Under_another_plan_it_answers_as_a_model_that_was_loaded_under_it()
    {
        var tighter = Tighter();
        tighter.Save(tiny["tighter.json"]);
        using var loaded = tiny.Fit(ml, options => options.PlanPath = tiny["tighter.json"]);
        using var model = tiny.Fit(ml);
        var first = Answers(model.LastTransformer);

        using var other = model.LastTransformer.WithPlan(tighter);

        Assert.Equal(tighter.Ledger.Mean, other.Plan.Ledger.Mean);
        Same.Answers(Answers(loaded.LastTransformer), Answers(other));
        Same.Answers(first, Answers(model.LastTransformer));
    }

    [Fact]
    public void It_outlives_the_one_it_came_from_and_the_last_one_frees_the_weights()
    {
        tiny.Fit(ml).Dispose(); // what is made once (literals) is made now
        var before = LiveTensors();
        var model = tiny.Fit(ml);
        var other = model.LastTransformer.WithPlan(Tighter());
        var third = other.WithPlan(ReductionPlan.Identity(other.Plan.Model));
        var (expected, whole) = (Answers(other), Answers(third));

        model.Dispose();
        Same.Answers(expected, Answers(other));
        other.Dispose();
        other.Dispose();
        Assert.Throws<ObjectDisposedException>(() => other.WithPlan(Tighter()));
        Same.Answers(whole, Answers(third));
        third.Dispose();

        Assert.Equal(before, LiveTensors());
    }

    [Fact]
    public void Both_have_the_same_weights()
    {
        using var model = tiny.Fit(ml);
        var before = LiveTensors();
        using var other = model.LastTransformer.WithPlan(Tighter());
        Assert.Same(TinyModel.Torch(model.LastTransformer).Model, TinyModel.Torch(other).Model);
        Assert.InRange(LiveTensors() - before, 0, 20); // the numbers of the sites
    }

    [Fact]
    public void A_plan_for_another_model_is_refused_and_nothing_is_left()
    {
        tiny.Fit(ml).Dispose();
        var before = LiveTensors();
        using (var model = tiny.Fit(ml))
        {
            var shape = model.LastTransformer.Plan.Model;
            var foreign = Baselines.Random(shape with { Layers = shape.Layers + 1 }, meanTokens: 6, seed: 1);
            Assert.Equal(EosErrors.PlanMismatch, Assert.Throws<EosException>(() => model.LastTransformer.WithPlan(foreign)).Code);
        }
        Assert.Equal(before, LiveTensors());
    }

    [Fact]
    public void Of_several_plans_one_of_which_is_for_another_model_nothing_is_left()
    {
        tiny.Fit(ml).Dispose();
        var (tighter, before) = (Tighter(), LiveTensors());
        var foreign = ReductionPlan.Identity(tighter.Model with { Layers = tighter.Model.Layers + 1 });
        var builder = ml.VisionLanguage().Builder("several", new AnswerOptions { ModelPath = tiny.ModelPath });
        var model = new TorchModel(TorchProvider.Load(builder.Request, ModelUse.Answer), tighter, imageCacheBytes: 0);
        var refusal = Assert.Throws<EosException>(() => builder.Build(model, [(tighter, null), (tighter, null), (foreign, null)]));
        Assert.Equal(EosErrors.PlanMismatch, refusal.Code);
        Assert.Equal(before, LiveTensors());
    }

    [Fact]
    public void It_is_saved_with_its_own_plan()
    {
        using var model = tiny.Fit(ml);
        using var other = model.LastTransformer.WithPlan(Tighter());
        ml.Model.Save(other, other.GetOutputSchema(Images().Schema), tiny["other.zip"]);
        using var loaded = (VisionLanguageTransformer)ml.VisionLanguage().Load(tiny["other.zip"], out _);
        Assert.Equal(other.Plan.ToJson(), loaded.Plan.ToJson());
        Same.Answers(Answers(other), Answers(loaded));
    }

    [Fact]
    public void That_it_was_searched_with_other_padding_is_said()
    {
        var said = new List<string>();
        ml.Log += (_, line) => said.Add(line.RawMessage);
        using var model = tiny.Fit(ml, options => options.ImagePadding = ImagePadding.Crop);
        using var other = model.LastTransformer.WithPlan(Tighter() with { ImagePadding = ImagePadding.Square });
        Assert.Contains(said, line => line.Contains("was searched with ImagePadding Square, and is run with Crop", StringComparison.Ordinal));
    }

    private IReadOnlyList<VqaAnswer> Answers(VisionLanguageTransformer model) => TinyModel.Answers(ml, model.Transform(Images()));

    private IDataView Images() => tiny.Load(ml).Fit(tiny.Data(ml)).Transform(tiny.Data(ml));

    private ReductionPlan Tighter()
    {
        using var model = LlavaModel.Load(tiny.ModelPath);
        return Baselines.Random(model.ToPlanModel(), meanTokens: 3, seed: 2);
    }

    private static long LiveTensors() => DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
}
