using EosMLNet.Evaluation;
using EosMLNet.Evaluation.Benchmarks;
using EosMLNet.Execution;
using EosMLNet.Models;

namespace EosMLNet.Tests.Evaluation;

/// <summary>On the random checkpoint of Golden with a vocabulary of its own, which answers nonsense: what is checked is that it is the same nonsense.</summary>
public sealed class EvaluatorTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly LlavaModel model;

    public EvaluatorTests()
    {
        foreach (var file in Directory.GetFiles(GoldenFiles.TinyLlava))
            File.Copy(file, Path.Combine(folder.Path, Path.GetFileName(file)));
        BpeTrainer.Train(Enumerable.Range(0, 40).Select(i => $"what is number {i}"), 290).Save(folder.Path);
        model = LlavaModel.Load(folder.Path);
    }

    public void Dispose()
    {
        model.Dispose();
        folder.Dispose();
    }

    [Theory]
    [InlineData("red", "red", true)]
    [InlineData(" Red ", "red", true)]
    [InlineData("red", "reds", false)]
    [InlineData("", "red", false)]
    public void An_answer_is_right_when_it_is_the_same_text_but_for_case_and_space(string predicted, string expected, bool right) =>
        Assert.Equal(right, AnswerComparison.IsCorrect(predicted, expected));

    [Fact]
    public void Accuracies_count_each_row_and_each_family_once()
    {
        var answers = Evaluator.Evaluate(Unreduced, Questions("?")).Answers;
        // The model's own answers are made the expected ones of family a, and wrong ones those of family b.
        var builder = new VqaDataset.Builder();
        for (var i = 0; i < answers.Count; i++)
            builder.Add(Image(i / 2), Question(i), i < 2 ? answers[i] + "!" : answers[i] is "" ? " " : answers[i], i < 2 ? "b" : "a");
        var result = Evaluator.Evaluate(Unreduced, builder.Build());
        Assert.Equal(answers, result.Answers);
        Assert.Equal(1, result.ByFamily["a"]);
        Assert.Equal(0, result.ByFamily["b"]);
        Assert.Equal(0.5, result.FamilyAverage);
        Assert.Equal((answers.Count - 2.0) / answers.Count, result.Accuracy, 12);
        Assert.Equal(16, result.Ledger.Mean);
        Assert.Equal([0, 0, 1, 1, 1, 1, 1, 1], result.Scores);
    }

    [Fact]
    public void A_row_that_is_too_long_counts_as_wrong_and_changes_no_other()
    {
        var fitting = Evaluator.Evaluate(Unreduced, Questions("?"));
        var builder = new VqaDataset.Builder();
        var done = new List<int>();
        for (var i = 0; i < fitting.Answers.Count; i++)
        {
            builder.Add(Image(i / 2), Question(i), fitting.Answers[i] is "" ? " " : fitting.Answers[i]);
            builder.Add(Image(i / 2), Question(i) + new string('?', 5000), ""); // an empty answer would be the expected one
        }
        var result = Evaluator.Evaluate(Unreduced, builder.Build(), progress: new Progress(done.Add));
        Assert.Equal((fitting.Answers.Count, 0), (result.TooLong, fitting.TooLong));
        Assert.Equal(fitting.Answers.SelectMany(answer => (string[])[answer, ""]), result.Answers);
        Assert.Equal(0.5, result.Accuracy, 12);
        Assert.Equal(2 * fitting.Answers.Count, done[^1]);
    }

    [Fact]
    public void Only_rows_that_are_too_long_are_all_wrong()
    {
        var builder = new VqaDataset.Builder();
        builder.Add(Image(0), new string('?', 5000), "yes");
        var result = Evaluator.Evaluate(Unreduced, builder.Build());
        Assert.Equal((1, 0.0, ""), (result.TooLong, result.Accuracy, result.Answers.Single()));
    }

    [Fact]
    public void A_question_of_a_benchmark_that_is_too_long_is_wrong_whatever_the_metric_makes_of_an_empty_answer()
    {
        using var files = new Benchmarks.BenchmarkFolder();
        files.Images("val2014/a.png");
        foreach (var split in (string[])["random", "popular", "adversarial"])
        {
            files.Write($"coco_pope_{split}.json", $$"""
                {"image": "a.png", "text": "Is there a dog?", "label": "yes"}
                {"image": "a.png", "text": "Is there a dog{{new string('?', 5000)}}", "label": "yes"}
                """);
        }
        var result = Evaluator.Evaluate(Unreduced, files.Load("pope")); // for POPE an answer without "no" is a yes
        Assert.Equal(3, result.TooLong);
        Assert.Equal([0, 0, 0], result.Scores.Where((_, row) => row % 2 == 1));
        Assert.Equal(["", "", ""], result.Answers.Where((_, row) => row % 2 == 1));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_prompt_may_be_as_long_as_the_model_was_made_for_with_the_tokens_of_all_its_images(int images)
    {
        Visual[] about = [.. Enumerable.Range(0, images).Select(Image)];
        var visual = about.Length * (model.ToPlanModel().VisualTokens - 1);
        var longest = model.MaxPositions - visual - model.Processor!.EncodePrompt("?", about.Length).Length + 1;
        var builder = new VqaDataset.Builder();
        foreach (var length in (int[])[longest, longest + 1])
            builder.Add(about, new string('?', length), "");
        var result = Evaluator.Evaluate(Unreduced, builder.Build());
        Assert.Equal([false, true], result.Probabilities.Select(double.IsNaN));
        Assert.Equal(1, result.TooLong);
    }

    [Fact]
    public void Probabilities_are_those_of_the_answers_whatever_the_batch_size()
    {
        var data = Questions("?");
        var (one, all) = (Evaluator.Evaluate(Unreduced, data, batchSize: 1), Evaluator.Evaluate(Unreduced, data));
        Assert.All(one.Probabilities, p => Assert.InRange(p, double.Epsilon, 1));
        Assert.Equal(one.Probabilities.Select(p => Math.Round(p, 4)), all.Probabilities.Select(p => Math.Round(p, 4)));
        var benchmark = Evaluator.Evaluate(Unreduced, TableBenchmark.Of("mine", data));
        Assert.Equal(all.Answers, benchmark.Answers);
        Assert.Equal(all.Probabilities, benchmark.Probabilities);
    }

    [Fact]
    public void Questions_that_have_their_image_in_different_places_share_nothing_that_differs()
    {
        var builder = new VqaDataset.Builder();
        foreach (var question in (string[])["what is <image>", "number <image>", "<image> what", "what is <image> number"])
            builder.Add(Image(0), question, "?");
        var data = builder.Build();
        Assert.Equal(Evaluator.Evaluate(Unreduced, data, batchSize: 1).Probabilities.Select(p => Math.Round(p, 4)),
            Evaluator.Evaluate(Unreduced, data).Probabilities.Select(p => Math.Round(p, 4)));
    }

    [Fact]
    public void A_plan_that_looks_at_the_question_reduces_the_image_for_each()
    {
        var data = Questions("?");
        var fastV = new ReducedModel(model, Baselines.FastV(model.ToPlanModel(), 8));
        var rows = data.Examples.Select(row => model.Processor!.EncodePrompt(row.Question)).ToArray();
        using var scope = TorchSharp.torch.NewDisposeScope();
        var expected = data.Examples.Select((row, i) =>
        {
            var vision = model.EncodeImages(model.Processor!.Images.ToInput([(data.Images[row.Images[0]], 1)]));
            return model.Processor!.Decode(fastV.Generate(PromptBatch.Create(model, [rows[i]], vision), 8).Ids[0]);
        });
        Assert.Equal(expected, Evaluator.Evaluate(fastV, data).Answers);
    }

    [Fact]
    public void The_time_of_an_answer_is_the_time_of_all_over_their_number()
    {
        var (data, clock) = (Questions("?"), System.Diagnostics.Stopwatch.StartNew());
        double[] each =
            [Evaluator.Evaluate(Unreduced, data).MillisecondsPerAnswer,
             Evaluator.Evaluate(Unreduced, TableBenchmark.Of("mine", data)).MillisecondsPerAnswer];
        Assert.All(each, milliseconds => Assert.True(milliseconds > 0));
        Assert.True(each.Sum() * data.Examples.Count <= clock.Elapsed.TotalMilliseconds);
    }

    private sealed class Progress(Action<int> report) : IProgress<int>
    {
        public void Report(int value) => report(value);
    }

    [Fact]
    public void A_shared_image_cache_changes_no_answer_and_belongs_to_its_data()
    {
        var data = Questions("?");
        var stride = new ReducedModel(model, Baselines.Stride(model.ToPlanModel(), 6));
        using var images = new ImageCache(model, data);
        foreach (var reduced in (ReducedModel[])[Unreduced, stride])
            Assert.Equal(Evaluator.Evaluate(reduced, data, batchSize: 3).Answers, Evaluator.Evaluate(reduced, data, batchSize: 5, images: images).Answers);
        Expect.Error(EosErrors.InvalidOption, () => Evaluator.Evaluate(Unreduced, Questions("?"), images: images), "another dataset");
    }

    [Fact]
    public void Images_that_a_cache_has_are_not_read_again()
    {
        byte[][] pixels = [.. Enumerable.Range(0, 4).Select(seed => Image(seed).Pixels.ToArray())];
        var builder = new VqaDataset.Builder();
        for (var i = 0; i < 8; i++)
            builder.Add(new RgbImage(56, 56, pixels[i / 2]), Question(i), "?");
        var data = builder.Build();
        var table = TableBenchmark.Of("mine", data);
        using var ofData = new ImageCache(model, data);
        using var ofTable = table.CreateCache(model);
        var answers = Evaluator.Evaluate(Unreduced, data, images: ofData).Answers;
        Assert.Equal(answers, Evaluator.Evaluate(Unreduced, table, images: ofTable).Answers);
        foreach (var image in pixels)
            Array.Fill(image, (byte)255);
        Assert.NotEqual(answers, Evaluator.Evaluate(Unreduced, data).Answers);
        Assert.Equal(answers, Evaluator.Evaluate(Unreduced, data, images: ofData).Answers);
        Assert.Equal(answers, Evaluator.Evaluate(Unreduced, table, images: ofTable).Answers);
        Expect.Error(EosErrors.InvalidOption, () => Evaluator.Evaluate(Unreduced, table, images: ofData), "another dataset");
    }

    [Fact]
    public void Agreement_is_the_share_of_equal_answers()
    {
        var result = Evaluator.Evaluate(Unreduced, Questions("?"));
        Assert.Equal(1, result.AgreementWith(result));
        Assert.Equal(0.75, result.AgreementWith(result with { Answers = [.. result.Answers.Select((answer, row) => row % 4 == 0 ? answer + "!" : " " + answer.ToUpperInvariant())] }));
        Expect.Error(EosErrors.InvalidOption, () => result.AgreementWith(result with { Answers = ["red"] }), "8 rows", "1;");
    }

    [Fact]
    public void Answers_come_in_the_order_of_the_rows_whatever_the_batch_size()
    {
        var data = Questions("?");
        var one = Evaluator.Evaluate(Unreduced, data, batchSize: 1).Answers;
        Assert.Equal(one, Evaluator.Evaluate(Unreduced, data, batchSize: 3).Answers);
        Assert.Equal(one, Evaluator.Evaluate(Unreduced, data, batchSize: 100).Answers);
        Assert.True(one.Distinct().Count() > 1, "all answers are the same: the order would not show");
    }

    [Fact]
    public void Nothing_to_evaluate_is_a_fault()
    {
        Assert.Equal(EosErrors.EmptyDataset, Assert.Throws<EosException>(() => Evaluator.Evaluate(Unreduced, new VqaDataset.Builder().Build())).Code);
        Assert.Equal("EOS1013: The batch size is 0; expected 1 or more.",
            Assert.Throws<EosException>(() => Evaluator.Evaluate(Unreduced, Questions("?"), batchSize: 0)).Message);
        Expect.Error(EosErrors.InvalidOption, () => Evaluator.Evaluate(Unreduced, Questions("?"), maxNewTokens: 0));
        Expect.Error(EosErrors.InvalidOption,
            () => Evaluator.Evaluate(Unreduced, TableBenchmark.Of("mine", Questions("?")), maxNewTokens: 0));
    }

    [Fact]
    public void Cancellation_stops_before_the_next_token() =>
        Assert.Throws<OperationCanceledException>(() => Evaluator.Evaluate(Unreduced, Questions("?"), cancellation: new CancellationToken(canceled: true)));

    [Fact]
    public void What_is_cancelled_reads_no_images()
    {
        using var files = new Benchmarks.BenchmarkFolder();
        files.Images("images/1.jpg");
        files.Write("testdev_balanced_questions.json",
            """[{"question": "?", "imageId": "1", "answer": "a", "types": {"structural": "query"}}]""");
        var gqa = files.Load("gqa");
        File.Delete(gqa.Images[0].Place);
        Assert.Throws<OperationCanceledException>(() =>
            Evaluator.Evaluate(Unreduced, gqa, cancellation: new CancellationToken(canceled: true)));
        Expect.Error(EosErrors.FileMissing, () => Evaluator.Evaluate(Unreduced, gqa), "1.jpg");
    }

    private ReducedModel Unreduced => new(model, ReductionPlan.Identity(model.ToPlanModel()));

    private static VqaDataset Questions(string answer)
    {
        var builder = new VqaDataset.Builder();
        for (var i = 0; i < 8; i++)
            builder.Add(Image(i / 2), Question(i), answer, "");
        return builder.Build();
    }

    private static string Question(int i) => $"what is number {i * 7}{(i % 3 == 0 ? " what is" : "")}";

    private static RgbImage Image(int seed)
    {
        var pixels = new byte[56 * 56 * 3];
        new Random(seed).NextBytes(pixels);
        return new RgbImage(56, 56, pixels);
    }
}
