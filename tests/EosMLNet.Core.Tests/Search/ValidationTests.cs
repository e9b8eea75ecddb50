using EosMLNet.Models;
using EosMLNet.Search;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Search;

public class ValidationTests
{
    private static readonly SearchSettings Settings = new() { Constraints = new() { MeanVisualTokens = 5 }, Scores = [ScoreCriterion.Probe], Steps = 1 };

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_measurement_with_a_bar_ends_early_where_the_plan_is_worse_and_is_the_same_where_it_is_not(int questionsPerRow)
    {
        using var model = SearchSample.Model();
        using var data = SearchSample.Data(model, 6, questionsPerRow);
        var plans = Enumerable.Range(1, 6).Select(seed => Random(model, seed)).ToArray();
        ValidationResult[] results = [.. plans.Select(plan => Of(model, data).Measure(plan, default))];
        foreach (var best in results)
        {
            for (var i = 0; i < plans.Length; i++)
            {
                var validation = Of(model, data);
                var found = validation.MeasureUnlessWorse(plans[i], new(best, Answers: false), default);
                Assert.Equal(results[i].Loss > best.Loss + 1e-6, found is null);
                Assert.Equal(results[i].Loss, found?.Loss ?? results[i].Loss, 1e-6);
                Assert.Equal(results[i].Rows.Select(row => row.Wrong), (found ?? results[i]).Rows.Select(row => row.Wrong));
                Assert.True(found is null || validation.Answered == validation.Questions);
            }
        }
    }

    [Fact]
    public void Half_as_much_loss_is_exceeded_after_about_half_of_the_rows()
    {
        using var model = SearchSample.Model();
        using var data = SearchSample.Data(model, 6, 1);
        var found = Of(model, data).Measure(Random(model, 1), default);
        var validation = Of(model, data);
        Assert.Null(validation.MeasureUnlessWorse(Random(model, 1), new(found with { Rows = [.. found.Rows.Select(row => row with { Losses = [.. row.Losses.Select(loss => loss / 2)] })] }, Answers: false), default));
        Assert.InRange(validation.Answered, 2, validation.Questions / 2 + 2);
    }

    [Fact]
    public void A_bar_that_counts_answers_is_not_passed_by_one_that_answers_fewer()
    {
        using var model = SearchSample.Model();
        using var data = SearchSample.Data(model, 6, 1);
        var plan = Random(model, 1);
        var found = Of(model, data).Measure(plan, default);
        var right = found with { Rows = [.. found.Rows.Select(row => row with { Losses = [.. row.Losses.Select(_ => 1e6)], Correct = [.. row.Correct.Select(_ => true)] })] };
        Assert.True(found.Wrong > 0 && right.Wrong == 0, "random answers are wrong");
        Assert.Null(Of(model, data).MeasureUnlessWorse(plan, new(right, Answers: true), default));
        Assert.NotNull(Of(model, data).MeasureUnlessWorse(plan, new(right, Answers: false), default));
    }

    [Fact]
    public void Questions_in_one_row_are_the_questions_of_many()
    {
        using var model = SearchSample.Model();
        using SearchData apart = SearchSample.Data(model, 4, 1), together = SearchSample.Data(model, 4, 3);
        var (one, other) = (Of(model, apart).Measure(Random(model, 2), default), Of(model, together).Measure(Random(model, 2), default));
        Assert.Equal(one.Loss, other.Loss, 1e-5);
        Assert.Equal((one.Accuracy, one.Wrong), (other.Accuracy, other.Wrong));
        Assert.All(one.Families.Zip(other.Families), x => Assert.Equal(x.First.Probability, x.Second.Probability, 1e-5));
    }

    private static ReductionPlan Random(VisionLanguageModel model, int seed) =>
        ReductionPlan.Create(model.ToPlanModel(), [new ReductionSite { Layer = 0, Keep = 5, Score = new Dictionary<ScoreCriterion, double> { [ScoreCriterion.FeatureNorm] = 0.1 * seed - 0.35, [ScoreCriterion.Novelty] = 1 } }]);

    private static Validation Of(VisionLanguageModel model, SearchData data)
    {
        var meter = new SearchMeter(null);
        var size = SearchSize.Of(data);
        var work = new SearchWork(SearchStage.Of([Settings.Constraints], Settings, model.ToPlanModel()), Settings, size, model.LayerCount);
        meter.Expect([work], Enum.GetValues<WorkKind>().ToDictionary(kind => kind, _ => 1.0), Settings, size, size);
        meter.BeginSearch(0);
        return new(model, new SearchForward(model), data, data.Rows, batchSize: 2, meter);
    }
}
