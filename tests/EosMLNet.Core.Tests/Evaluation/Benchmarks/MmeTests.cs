namespace EosMLNet.Tests.Evaluation.Benchmarks;

public sealed class MmeTests : IDisposable
{
    private readonly BenchmarkFolder folder = new();

    public MmeTests()
    {
        folder.Images("count/1.jpg", "count/2.png", "celebrity/images/x.jpg", "code_reasoning/7.png", "not_a_task/1.jpg");
        folder.Write("count/1.txt", "Are there two dogs? Please answer yes or no.\tYes\nAre there three dogs? Please answer yes or no.\tNo\n");
        folder.Write("count/2.txt", "Is there one?\tYes\r\nAre there nine?\tNo");
        folder.Write("celebrity/questions_answers_YN/x.txt", "Is this A?\tYes\nIs this B?\tNo\n");
        folder.Write("code_reasoning/7.txt", "Does it print 1?\tYes\nDoes it print 2?\tNo\n");
        folder.Write("eval_tool/readme.txt", "not questions");
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_subtask_scores_its_right_answers_and_its_images_with_both_right()
    {
        var mme = folder.Load("mme");
        Assert.Equal(["celebrity", "celebrity", "count", "count", "count", "count", "code_reasoning", "code_reasoning"], mme.Questions.Select(q => q.Category));
        Assert.Equal("Are there two dogs?\nAnswer the question using a single word or phrase.", mme.Questions[2].Prompt);
        Assert.Equal(4, mme.Images.Count);
        var result = BenchmarkFolder.Score(mme, "Yes", "Yes", "yes, two", "No", "Yes", "Nobody knows", "Perhaps", "No.");
        Assert.Equal(50, result.Details["celebrity"]);       // one of two, no pair
        Assert.Equal(200, result.Details["count"]);
        Assert.Equal(50, result.Details["code_reasoning"]);  // "Perhaps" is neither
        Assert.Equal((250, 50, 300), (result.Details["perception"], result.Details["cognition"], result.Value));
    }

    [Theory]
    [InlineData("One?\tYes\n", "line 2", "1 questions, expected two")]
    [InlineData("One?\tYes\nTwo?\tNo\nThree?\tNo\n", "line 4", "3 questions")]
    [InlineData("One?\tYes\nTwo? No\n", "line 2", "a tab")]
    [InlineData("One?\tYes\nTwo?\tMaybe\n", "line 2", "Yes or No")]
    public void What_is_wrong_is_said_with_file_and_line(string text, params string[] parts)
    {
        folder.Write("count/2.txt", text);
        Expect.Error(EosErrors.DatasetRow, () => folder.Load("mme"), ["2.txt", .. parts]);
    }

    [Fact]
    public void A_text_without_an_image_and_a_folder_without_subtasks_are_faults()
    {
        folder.Write("count/3.txt", "One?\tYes\nTwo?\tNo\n");
        Expect.Error(EosErrors.DatasetRow, () => folder.Load("mme"), "3.txt", "neither '3.png' nor '3.jpg'");
        using var empty = new BenchmarkFolder();
        Expect.Error(EosErrors.EmptyDataset, () => empty.Load("mme"), "mme");
    }
}
