using EosMLNet.Search;

namespace EosMLNet.Tests.Search;

public class SearchReportTests
{
    private static readonly SearchReport Report = new()
    {
        Sites = [], Constraints = [new(ConstraintKind.MeanVisualTokens, 16, 15.9, 15.83333, 0.4)], Samples = 4800, Seconds = 130, PeakMemoryBytes = 430_000_000, Losses = [1.5, 1.25],
        ValidationQuestions = 1000, MeasuredForm = "Float32", ValidationAccuracy = 0.9816, SearchedForm = "Float32", SearchedAccuracy = 0.9816, UnreducedAccuracy = 0.9921, FamilyDrops = new Dictionary<string, double> { ["count"] = 0.02, ["colour"] = -0.01 },
    };

    [Fact]
    public void A_report_prints_as_people_read_it()
    {
        Assert.Equal("""
            Validation accuracy 0.9816 in Float32, unreduced 0.9921, over 1000 questions
            MeanVisualTokens 15.8333 of at most 16
            The family that fell most is count: by 0.0200
            2 steps, 4800 samples in 2 min 10 s; peak memory 430 MB
            """.ReplaceLineEndings(), Report.ToString());
        Assert.Contains("prefill 8 ms, predicted 7.5; unreduced 16 ms, predicted 15", (Report with { Latency = new(7.5, 8, 15, 16) }).ToString());
    }

    [Fact]
    public void Accuracies_of_two_forms_are_told_apart() => Assert.Equal(
        "Validation accuracy 0.9750 in Int8 with Float32, 0.9816 as it was searched in Float32, unreduced 0.9921 in Float32, over 1000 questions",
        (Report with { MeasuredForm = "Int8 with Float32", ValidationAccuracy = 0.975 }).DescribeAccuracy());

    [Fact]
    public void So_does_a_result()
    {
        using var model = SearchSample.Model();
        var text = new SearchResult(SearchSample.Plan(model, ScoreCriterion.Probe), Report).ToString();
        Assert.StartsWith("A plan of 3 sites: ", text);
        Assert.EndsWith(Report.ToString(), text);
        Assert.DoesNotContain("System.", text);
    }
}
