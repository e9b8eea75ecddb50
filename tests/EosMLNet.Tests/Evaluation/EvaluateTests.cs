using EosMLNet.Evaluation;
using Microsoft.ML;

namespace EosMLNet.Tests.Evaluation;

public class EvaluateTests
{
    private readonly MLContext ml = new(seed: 1);

    private readonly Prediction[] predictions =
    [
        new() { Answer = "red", PredictedAnswer = " Red", Family = "colour", Score = 0.9f, ImagePath = "a.png" },
        new() { Answer = "blue", PredictedAnswer = "green", Family = "colour", Score = 0.5f, ImagePath = "a.png" },
        new() { Answer = "2", PredictedAnswer = "2", Family = "count", Score = 1f, ImagePath = "b.png" },
        new() { Answer = "3", PredictedAnswer = "3", Family = "count", Score = float.NaN, ImagePath = "b.png" },
        new() { Answer = "4", PredictedAnswer = "", Family = "colour", Score = float.NaN, ImagePath = "c.png" },
    ];

    [Fact]
    public void Accuracy_counts_rows_and_families_count_alike()
    {
        var metrics = ml.VisionLanguage().Evaluate(ml.Data.LoadFromEnumerable(predictions), familyColumnName: "Family");

        Assert.Equal(5, metrics.RowCount);
        Assert.Equal(0.6, metrics.Accuracy, precision: 12);
        Assert.Equal(new Dictionary<string, double> { ["colour"] = 1 / 3.0, ["count"] = 1 }, metrics.AccuracyByFamily);
        Assert.Equal(2 / 3.0, metrics.FamilyAverage, precision: 12);
        Assert.Equal(0.8, metrics.MeanScore, precision: 6);
    }

    [Fact]
    public void Families_and_scores_may_be_absent()
    {
        var metrics = ml.VisionLanguage().Evaluate(ml.Data.LoadFromEnumerable(predictions), scoreColumnName: null);

        Assert.Empty(metrics.AccuracyByFamily);
        Assert.Equal(metrics.Accuracy, metrics.FamilyAverage);
        Assert.True(double.IsNaN(metrics.MeanScore));
    }

    [Fact]
    public void Two_plans_are_compared_row_by_row_with_images_resampled()
    {
        var other = predictions.Select((p, i) => new Prediction
        {
            Answer = p.Answer, PredictedAnswer = i is 0 or 2 ? "nothing" : p.PredictedAnswer, Family = p.Family, Score = p.Score, ImagePath = p.ImagePath, VisualTokens = 4,
        }).ToArray();
        var (a, b) = (Evaluate(predictions), Evaluate(other));

        Assert.Equal([true, false, true, true, false], a.Correct);
        Assert.Equal((16, 4), (a.MeanVisualTokens, b.MeanVisualTokens));
        Assert.Equal(0.6, a.AgreementWith(b), precision: 12);
        var interval = a.DifferenceFrom(b);
        Assert.Equal((1 / 3.0 + 1 / 2.0) / 2, interval.Difference, precision: 12);
        Assert.Equal(PairedBootstrap.FamilyAverage([0, 0, 1, 1, 2], ["colour", "colour", "count", "count", "colour"], [1, 0, 1, 1, 0], [0, 0, 0, 1, 0]), interval);
        Assert.Equal(interval with { Difference = -interval.Difference, Low = -interval.High, High = -interval.Low }, b.DifferenceFrom(a));
        Expect.Error(EosErrors.InvalidOption, () => a.DifferenceFrom(Evaluate([.. other.Take(4)])), "5 rows", "4;");

        VisionLanguageMetrics Evaluate(Prediction[] rows) => ml.VisionLanguage().Evaluate(
            ml.Data.LoadFromEnumerable(rows), familyColumnName: "Family", imageColumnName: "ImagePath", visualTokensColumnName: "VisualTokens");
    }

    [Fact]
    public void Metrics_print_as_people_read_them()
    {
        var data = ml.Data.LoadFromEnumerable(predictions);
        Assert.Equal("""
            5 rows, accuracy 0.6000, average of families 0.6667
              colour: 0.3333
              count: 1.0000
            Mean score 0.8000
            """.ReplaceLineEndings(), ml.VisionLanguage().Evaluate(data, familyColumnName: "Family").ToString());
        Assert.Equal("5 rows, accuracy 0.6000", ml.VisionLanguage().Evaluate(data, scoreColumnName: null).ToString());
    }

    [Fact]
    public void Nothing_to_evaluate_is_EOS1012() =>
        Expect.Error(EosErrors.EmptyDataset, () => ml.VisionLanguage().Evaluate(ml.Data.LoadFromEnumerable(Array.Empty<Prediction>())));

    [Fact]
    public void A_missing_column_is_named_with_its_role()
    {
        var failure = Assert.Throws<ArgumentOutOfRangeException>(() => ml.VisionLanguage().Evaluate(ml.Data.LoadFromEnumerable(predictions), answerColumnName: "Truth"));

        Assert.Contains("Could not find answer column 'Truth'", failure.Message);
    }

    private sealed class Prediction
    {
        public string Answer { get; set; } = "";

        public string PredictedAnswer { get; set; } = "";

        public string Family { get; set; } = "";

        public float Score { get; set; }

        public string ImagePath { get; set; } = "";

        public float VisualTokens { get; set; } = 16;
    }
}
