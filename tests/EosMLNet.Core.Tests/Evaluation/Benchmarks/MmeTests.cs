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

    [Fact]
    public void The_figure_is_the_sum_over_ten_subtasks_of_perception_and_four_of_cognition()
    {
        string[] perception = ["artwork", "celebrity", "color", "count", "existence", "landmark", "OCR", "position", "posters", "scene"];
        string[] cognition = ["code_reasoning", "commonsense_reasoning", "numerical_calculation", "text_translation"];
        foreach (var task in (string[])[.. perception, .. cognition])
        {
            folder.Images($"MME_Benchmark_release_version/{task}/1.jpeg");
            folder.Write($"MME_Benchmark_release_version/{task}/1.txt", "Is it?\tYes\nIs it not?\tNo\n");
        }
        var mme = folder.Load("mme");
        Assert.Equal([.. perception, .. cognition], mme.Questions.Select(q => q.Category).Distinct());
        var result = BenchmarkFolder.Score(mme, [.. mme.Questions.Select(q => q.References[0])]);
        Assert.Equal((2000, 800, 2800), (result.Details["perception"], result.Details["cognition"], result.Value));
        Assert.Equal(["perception", "cognition"], result.Details.Keys.Take(2));
        Assert.Equal("total score", mme.Metric);
    }

    [Theory]
    [InlineData("Yes", 1, 0)]
    [InlineData(" yes, it is", 1, 0)]
    [InlineData("No.", 0, 1)]
    [InlineData("A: no", 0, 0)]
    [InlineData("Perhaps", 0, 0)]
    [InlineData("", 0, 0)]
    public void An_answer_says_yes_or_no_in_its_first_four_characters(string answer, double whenYes, double whenNo)
    {
        var mme = folder.Load("mme");
        Assert.Equal([whenYes, whenNo], mme.Questions.Take(2).Select(q => mme.Score(q, answer)));
    }

    // A pair counts as often as its image is drawn.
    [Theory]
    [InlineData(1, 1, 125)]
    [InlineData(2, 0, 50)]
    [InlineData(0, 2, 200)]
    [InlineData(1, 3, 162.5)]
    [InlineData(0, 0, 0)]
    public void A_subtask_is_scored_over_the_images_that_are_drawn(int first, int second, double expected)
    {
        using var two = new BenchmarkFolder();
        two.Images("count/1.png", "count/2.png");
        foreach (var image in (int[])[1, 2])
            two.Write($"count/{image}.txt", "Is it?\tYes\nIs it not?\tNo\n");
        Assert.Equal(expected, two.Load("mme").Value([1, 0, 1, 1], [first, first, second, second]), 10);
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
