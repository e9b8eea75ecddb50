using EosMLNet.Evaluation;
using EosMLNet.Evaluation.Benchmarks;

namespace EosMLNet.Tests.Evaluation;

public class AnswerScoresTests
{
    [Fact]
    public void Answers_are_counted_by_family_and_rows_that_were_too_long_are_wrong()
    {
        var data = new VqaDataset.Builder();
        var image = new RgbImage(1, 1, new byte[3]);
        foreach (var (answer, family) in new[] { ("red", "colour"), ("2", "count"), ("blue", "colour"), ("3", "count") })
            data.Add(image, "what is it", answer, family);
        var scores = AnswerScores.Of(data.Build(), ["Red ", null, "green", "3"]);
        Assert.Equal(["Red ", "", "green", "3"], scores.Answers);
        Assert.Equal([1, 0, 0, 1], scores.Scores);
        Assert.Equal([("colour", 0.5), ("count", 0.5)], scores.ByFamily.Select(family => (family.Key, family.Value)));
        Assert.Equal((1, 0.5), (scores.TooLong, scores.Accuracy));
    }

    [Theory]
    [InlineData("red", " RED\t", true)]
    [InlineData("red", "re d", false)]
    [InlineData("", " ", true)]
    [InlineData("red", "", false)]
    public void Case_and_surrounding_space_do_not_matter(string a, string b, bool same)
    {
        Assert.Equal(same, AnswerComparison.IsCorrect(a, b));
        Assert.Equal(same, AnswerComparison.IsCorrect(b, a));
    }

    [Fact]
    public void Agreement_is_the_share_of_equal_answers_to_the_same_rows()
    {
        Assert.Equal(0.75, AnswerComparison.Agreement(["a", "b", "c", "d"], ["A", "b ", "c", "x"]));
        Expect.Error(EosErrors.InvalidOption, () => AnswerComparison.Agreement(["a"], ["a", "b"]), "1 rows", "2;");
    }
}
