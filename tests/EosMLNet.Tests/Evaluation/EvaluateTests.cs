using Microsoft.ML;

namespace EosMLNet.Tests.Evaluation;

public class EvaluateTests
{
    private readonly MLContext ml = new(seed: 1);

    private readonly Prediction[] predictions =
    [
        new() { Answer = "red", PredictedAnswer = " Red", Family = "colour", Score = 0.9f },
        new() { Answer = "blue", PredictedAnswer = "green", Family = "colour", Score = 0.5f },
        new() { Answer = "2", PredictedAnswer = "2", Family = "count", Score = 1f },
        new() { Answer = "3", PredictedAnswer = "3", Family = "count", Score = float.NaN },
        new() { Answer = "4", PredictedAnswer = "", Family = "colour", Score = float.NaN },
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
    }
}
