using EosMLNet.Evaluation;

namespace EosMLNet.Tests.Evaluation.Benchmarks;

public sealed class PopeTests : IDisposable
{
    private readonly BenchmarkFolder folder = new();

    public PopeTests()
    {
        folder.Images("val2014/a.jpg", "val2014/b.jpg");
        foreach (var split in (string[])["random", "popular", "adversarial"])
            folder.Write($"coco/coco_pope_{split}.json", string.Concat(Enumerable.Range(0, 4).Select(i =>
                $$"""{"question_id": {{i}}, "image": "{{"ab"[i / 2]}}.jpg", "text": "Is there a dog in the image?", "label": "{{(i % 2 == 0 ? "yes" : "no")}}"}""" + "\n")));
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_figure_is_the_mean_F1_of_the_splits()
    {
        var pope = folder.Load("pope");
        Assert.Equal((12, 2), (pope.Questions.Count, pope.Images.Count));
        Assert.Equal("Is there a dog in the image?\nAnswer the question using a single word or phrase.", pope.Questions[0].Prompt);
        // random: all right; popular: always yes; adversarial: one of two objects seen, one invented
        var result = BenchmarkFolder.Score(pope, "Yes", "No", "yes.", "No, there is not.", "Yes", "Yes", "Yes", "Yes", "Yes", "There is no dog. Yes", "no", "Yes");
        Assert.Equal((100 + 100 * 2 / 3.0 + 50) / 3, result.Value, 10);
        Split("random", 100, 100, 100, 100, 50);
        Split("popular", 50, 50, 100, 200 / 3.0, 100);
        Split("adversarial", 50, 50, 50, 50, 50);

        void Split(string name, double accuracy, double precision, double recall, double f1, double yes)
        {
            foreach (var (figure, expected) in (IEnumerable<(string, double)>)[("accuracy", accuracy), ("precision", precision), ("recall", recall), ("F1", f1), ("yes", yes)])
                Assert.Equal(expected, result.Details[$"{name} {figure}"], 10);
        }
    }

    [Theory]
    [InlineData("Yes", true)]
    [InlineData("No", false)]
    [InlineData("no", false)]
    [InlineData("No, it is empty", false)]
    [InlineData("It is not there", false)]
    [InlineData("There is one. No doubt", true)]
    [InlineData("Nobody, nothing, north", true)]
    [InlineData("NO", true)]
    [InlineData("", true)]
    public void A_first_sentence_with_no_or_not_says_no_and_any_other_yes(string answer, bool yes)
    {
        var pope = folder.Load("pope");
        Assert.Equal(yes ? [1, 0] : [0, 1], pope.Questions.Take(2).Select(q => pope.Score(q, answer)));
    }

    [Fact]
    public void A_split_of_which_no_question_is_drawn_is_not_in_the_mean()
    {
        var pope = folder.Load("pope");
        Assert.Equal("F1, mean of the splits, %", pope.Metric);
        double[] scores = [1, 1, 1, 1, 1, 0, 1, 0, 0, 0, 0, 0];
        Assert.Equal((100 + 200 / 3.0 + 0) / 3, pope.Value(scores, [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]), 10);
        Assert.Equal((100 + 200 / 3.0) / 2, pope.Value(scores, [1, 1, 1, 1, 2, 2, 0, 0, 0, 0, 0, 0]), 10);
    }

    [Fact]
    public void Where_nothing_is_there_and_nothing_is_seen_precision_recall_and_F1_are_0()
    {
        folder.Write("coco/coco_pope_random.json", """{"image": "a.jpg", "text": "?", "label": "no"}""");
        var result = BenchmarkFolder.Score(folder.Load("pope"), [.. Enumerable.Repeat("no", 9)]);
        Assert.Equal([100, 0, 0, 0, 0],
            ((string[])["accuracy", "precision", "recall", "F1", "yes"]).Select(figure => result.Details[$"random {figure}"]));
        Assert.Equal(0, result.Value);
    }

    [Fact]
    public void The_bootstrap_is_over_the_benchmarks_own_figure()
    {
        var pope = folder.Load("pope");
        var right = BenchmarkFolder.Score(pope, [.. pope.Questions.Select(q => q.References[0])]);
        var yes = BenchmarkFolder.Score(pope, [.. pope.Questions.Select(_ => "yes")]);
        var interval = PairedBootstrap.Value(pope, right, yes);
        Assert.Equal(100 / 3.0, interval.Difference, 10);
        Assert.Equal(100 / 3.0, interval.Low, 10); // both images have one question of each kind: every draw gives the same
        Assert.Equal(100 / 3.0, interval.High, 10);
        Assert.Equal(0.5, right.AgreementWith(yes));
    }

    [Theory]
    [InlineData("not json", EosErrors.MalformedJson, "line 2")]
    [InlineData("""{"image": "a.jpg", "text": "\ud800", "label": "yes"}""", EosErrors.MalformedJson, "line 2", "Unicode")]
    [InlineData("[]", EosErrors.DatasetRow, "line 2", "Array")]
    [InlineData("""{"image": "a.jpg", "text": "?", "label": "maybe"}""", EosErrors.DatasetRow, "line 2", "neither yes nor no")]
    [InlineData("""{"image": "a.jpg", "label": "yes"}""", EosErrors.DatasetRow, "line 2", "'text' is missing")]
    [InlineData("""{"image": "c.jpg", "text": "?", "label": "yes"}""", EosErrors.DatasetRow, "line 2", "'c.jpg' does not exist")]
    [InlineData("""{"image": "../coco/coco_pope_random.json", "text": "?", "label": "yes"}""", EosErrors.DatasetRow, "line 2", "leads out")]
    [InlineData("""{"image": "/etc/passwd", "text": "?", "label": "yes"}""", EosErrors.DatasetRow, "line 2", "leads out")]
    public void What_is_wrong_is_said_with_file_and_line(string line, string code, params string[] parts)
    {
        folder.Write("coco/coco_pope_popular.json", """{"image": "a.jpg", "text": "?", "label": "yes"}""" + "\n" + line + "\n");
        Expect.Error(code, () => folder.Load("pope"), ["coco_pope_popular.json", .. parts]);
    }

    [Fact]
    public void Deep_JSON_and_missing_files_are_faults()
    {
        folder.Write("coco/coco_pope_popular.json", new string('[', 40) + new string(']', 40));
        Expect.Error(EosErrors.MalformedJson, () => folder.Load("pope"), "line 1");
        File.Delete(Path.Combine(folder.Path, "coco", "coco_pope_popular.json"));
        Expect.Error(EosErrors.FileMissing, () => folder.Load("pope"), "coco_pope_popular.json", "benchmarks-data.md");
    }
}
