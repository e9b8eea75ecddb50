using Benchmarks.Report;
using EosMLNet.Evaluation.Benchmarks;

namespace Benchmarks.Tests.Report;

public class DifficultQuestionsTests
{
    private static readonly string[] Expected = ["red", "47", "yes", "circle", "2", "top left"];
    private static readonly double[] Whole = Scores("red", "47", "no", "circle", "2", "top right");

    [Fact]
    public void Difficult_is_what_is_right_on_the_whole_image_and_wrong_on_the_shrunk_one()
    {
        // The third is wrong on the whole image, and right on the shrunk one: that is luck, not difficulty. The last is wrong on both.
        var difficult = DifficultQuestions.Of(Whole, Scores("red", "17", "yes", "cross", "2", "top right"));
        Assert.Equal([1, 3], difficult.Rows);
    }

    [Fact]
    public void A_method_is_right_on_a_share_of_them_averaged_over_its_seeds()
    {
        var difficult = DifficultQuestions.Of(Whole, Scores("red", "17", "yes", "cross", "2", "top left"));
        var both = Scores("", "47", "", "circle", "", "");
        var one = Scores("red", "47", "yes", "", "2", "");
        var none = Scores("red", "", "yes", "", "2", "");
        Assert.Equal(1, difficult.Accuracy([both]));
        Assert.Equal(0.5, difficult.Accuracy([one]));
        Assert.Equal(0.25, difficult.Accuracy([one, none]));
        Assert.Equal(1, difficult.Accuracy([Whole]));
    }

    [Fact]
    public void Of_none_there_is_no_share()
    {
        var difficult = DifficultQuestions.Of(Whole, Whole);
        Assert.Empty(difficult.Rows);
        Assert.Null(difficult.Accuracy([Whole]));
    }

    private static double[] Scores(params string[] answers) =>
        [.. answers.Zip(Expected, (answer, expected) => AnswerComparison.IsCorrect(answer, expected) ? 1.0 : 0.0)];
}
