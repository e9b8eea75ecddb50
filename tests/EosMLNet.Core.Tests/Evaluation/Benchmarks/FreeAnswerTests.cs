using EosMLNet.Evaluation.Benchmarks;

namespace EosMLNet.Tests.Evaluation.Benchmarks;

/// <summary>The benchmarks whose answers are words: GQA, TextVQA, OCRBench, ChartQA, and tables of one's own.</summary>
public sealed class FreeAnswerTests : IDisposable
{
    private static readonly RgbImage Image = new(2, 1, new byte[6]);
    private readonly BenchmarkFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void GQA_wants_the_same_words()
    {
        folder.Images("images/n1.jpg");
        folder.Write("testdev_balanced_questions.json", """
            {"201": {"question": "What is it?", "imageId": "n1", "answer": "traffic light", "types": {"structural": "query"}},
             "202": {"question": "Is it red?", "imageId": "n1", "answer": "no", "types": {"structural": "verify"}}}
            """);
        var gqa = folder.Load("gqa");
        Assert.Equal("What is it?\nAnswer the question using a single word or phrase.", gqa.Questions[0].Prompt);
        var result = BenchmarkFolder.Score(gqa, "Traffic light.", "no way");
        Assert.Equal((50, 100, 0), (result.Value, result.Details["query"], result.Details["verify"]));
        folder.Write("testdev_balanced_questions.json", """{"201": {"question": "What?", "imageId": "../x", "answer": "a", "types": {"structural": "query"}}}""");
        Expect.Error(EosErrors.DatasetRow, () => folder.Load("gqa"), "entry '201'", "leads out");
        folder.Write("testdev_balanced_questions.json", """{"201": {"question": "What?", "imageId": "n1", "answer": "a"}}""");
        Expect.Error(EosErrors.DatasetRow, () => folder.Load("gqa"), "entry '201'", "'types'");
        folder.Write("testdev_balanced_questions.json", "{\n\"201\": {,}");
        Expect.Error(EosErrors.MalformedJson, () => folder.Load("gqa"), "line 2");
        folder.Write("testdev_balanced_questions.json", "{\n\"201\": {\"question\": \"\\ud800\"}}");
        Expect.Error(EosErrors.MalformedJson, () => folder.Load("gqa"), "line 2", "Unicode");
    }

    [Fact]
    public void TextVQA_counts_who_of_ten_people_gave_the_answer()
    {
        folder.Images("train_images/ab12.jpg");
        folder.Write("TextVQA_0.5.1_val.json", """
            {"data": [{"question_id": 1, "image_id": "ab12", "question": "what brand?", "answers": ["nokia", "nokia", "Nokia", "nokia.", "the nokia", "lumia", "lumia", "nokia lumia", "two", "n"]}]}
            """);
        var plain = folder.Load("textvqa");
        Assert.Equal("what brand?\nAnswer the question using a single word or phrase.", plain.Questions[0].Prompt);
        double Percent(string answer) => BenchmarkFolder.Score(plain, answer).Value;
        Assert.Equal(100, Percent("Nokia"), 10);
        Assert.Equal(100 * (8 * (2 / 3.0) + 2 * (1 / 3.0)) / 10, Percent("a lumia"), 10); // two gave it: each of them agrees with one other
        Assert.Equal(100 * (9 * (1 / 3.0)) / 10, Percent("2"), 10);
        Assert.Equal(0, Percent("samsung"));
        Assert.Equal(("VQA accuracy, %", "", ""), (plain.Metric, plain.Questions[0].Category, plain.Questions[0].Group));
        Assert.Empty(BenchmarkFolder.Score(plain, "nokia").Details);

        folder.Write("TextVQA_Rosetta_OCR_v0.2_val.json", """{"data": [{"image_id": "ab12", "ocr_tokens": ["NOKIA", "5 MP"]}]}""");
        Assert.Equal("what brand?\nReference OCR token: NOKIA, 5 MP\nAnswer the question using a single word or phrase.", folder.Load("textvqa").Questions[0].Prompt);
        folder.Write("TextVQA_0.5.1_val.json", """{"data": [{"image_id": "ab12", "question": "?", "answers": []}]}""");
        Expect.Error(EosErrors.DatasetRow, () => folder.Load("textvqa"), "TextVQA_0.5.1_val.json", "entry 1", "'answers'");
    }

    [Fact]
    public void OCRBench_looks_for_the_text_in_the_answer()
    {
        folder.Images("OCRBench_Images/IIIT5K/1.png", "OCRBench_Images/HME/2.png");
        folder.Write("OCRBench.json", """
            [{"dataset_name": "IIIT5K", "type": "Regular Text Recognition", "image_path": "IIIT5K/1.png", "question": "what is written in the image?", "answers": ["CENTRE"]},
             {"dataset_name": "HME100k", "type": "Handwritten Mathematical Expression Recognition", "image_path": "HME/2.png", "question": "Write the formula.", "answers": "x + Y"},
             {"dataset_name": "VQA", "type": "Scene Text-centric VQA", "image_path": "IIIT5K/1.png", "question": "what number?", "answers": [7, "seven"]}]
            """);
        var ocr = folder.Load("ocrbench");
        Assert.Equal("what is written in the image?", ocr.Questions[0].Prompt);
        Assert.Equal("right answers of 3", ocr.Metric);
        Assert.Equal(3, BenchmarkFolder.Score(ocr, "The word is Centre.", "x+Y = 2", "It is Seven").Value, 10);
        Assert.Equal(1, BenchmarkFolder.Score(ocr, "center", "x+y", "7").Value, 10); // a formula's letters are not the same in another case
        Assert.Equal(1, BenchmarkFolder.Score(ocr, "centre", "", "").Details["Regular Text Recognition"]);
        Assert.Equal(100, ocr.MaxNewTokens);
        folder.Write("OCRBench.json", """[{"dataset_name": "x", "type": "y", "image_path": "IIIT5K/1.png", "question": "?", "answers": {"a": 1}}]""");
        Expect.Error(EosErrors.DatasetRow, () => folder.Load("ocrbench"), "entry 1", "'answers'");
        folder.Write("OCRBench.json", "3");
        Expect.Error(EosErrors.DatasetRow, () => folder.Load("ocrbench"), "JSON Number");
    }

    // Lines are spaces, except in a formula, where neither counts.
    [Theory]
    [InlineData("VQA", "two lines", "Two\nlines.", 1)]
    [InlineData("VQA", "two lines", "twolines", 0)]
    [InlineData("HME100k", "x + y", "x\n+ y = 2", 1)]
    [InlineData("HME100k", "x + y", "X + Y", 0)]
    public void OCRBench_reads_over_the_ends_of_lines(string dataset, string expected, string answer, double score)
    {
        folder.Images("OCRBench_Images/1.png");
        folder.Write("OCRBench.json", $$"""
            [{"dataset_name": "{{dataset}}", "type": "Text", "image_path": "1.png", "question": "?", "answers": "{{expected}}"}]
            """);
        Assert.Equal([score], BenchmarkFolder.Score(folder.Load("ocrbench"), answer).Scores);
    }

    [Fact]
    public void OCRBench_counts_the_right_answers_of_each_type()
    {
        folder.Images("OCRBench_Images/1.png");
        folder.Write("OCRBench.json", $"[{string.Join(',', ((string[])["KIE", "Text", "KIE", "KIE"]).Select(type =>
            $$"""{"dataset_name": "x", "type": "{{type}}", "image_path": "1.png", "question": "?", "answers": "yes"}"""))}]");
        var result = BenchmarkFolder.Score(folder.Load("ocrbench"), "yes", "yes", "no", "yes");
        Assert.Equal((3, 2, 1), (result.Value, result.Details["KIE"], result.Details["Text"]));
    }

    [Theory]
    [InlineData("14", "14.7", 1)]
    [InlineData("14", "14.71", 0)]
    [InlineData("14", "13.3", 1)]
    [InlineData("14", "14%", 0)]
    [InlineData("14%", "0.14", 1)]
    [InlineData("0", "0", 1)]
    [InlineData("0", "0.01", 0)]
    [InlineData("Yes", "yes.", 1)]
    [InlineData("India", "Indiana", 0)]
    [InlineData("-5", "-5.2", 1)]
    [InlineData("14", "NaN", 0)]
    [InlineData("NaN", "nan.", 1)]
    [InlineData("Infinity", "infinity", 1)]
    public void ChartQA_lets_numbers_be_off_by_five_percent(string label, string answer, double score)
    {
        folder.Images("test/png/1.png");
        folder.Write("test/test_human.json", $$"""[{"imgname": "1.png", "query": "How many?", "label": "{{label}}"}]""");
        folder.Write("test/test_augmented.json", """[{"imgname": "1.png", "query": "Which?", "label": "no answer"}]""");
        var result = BenchmarkFolder.Score(folder.Load("chartqa"), answer, "");
        Assert.Equal((50 * score, 100 * score, 0), (result.Value, result.Details["human"], result.Details["augmented"]));
    }

    [Fact]
    public void ChartQA_s_files_may_lie_in_the_folder_itself()
    {
        folder.Images("png/1.png");
        folder.Write("test_human.json", """[{"imgname": "1.png", "query": "How many?", "label": "2"}]""");
        folder.Write("test_augmented.json", "[]");
        var chartQa = folder.Load("chartqa");
        Assert.Equal("relaxed accuracy, %", chartQa.Metric);
        Assert.Equal("How many?\nAnswer the question using a single word or phrase.", chartQa.Questions.Single().Prompt);
    }

    [Fact]
    public void A_table_of_ones_own_is_asked_as_it_is_and_its_families_count_alike()
    {
        var table = Table("colour", "colour", "colour", "count");
        Assert.Same(Image, table.Image(0));
        var result = BenchmarkFolder.Score(table, "Red", "red", "blue", "3");
        Assert.Equal(200 / 6.0, result.Value, 10);
        Assert.Equal([("all rows", 50), ("colour", 66.67), ("count", 0)],
            result.Details.Select(one => (one.Key, Math.Round(one.Value, 2))));
        Assert.Equal("accuracy, % averaged over families", table.Metric);
    }

    [Fact]
    public void A_table_of_one_family_has_no_more_to_tell_than_its_accuracy()
    {
        var table = Table("colour", "colour");
        var result = BenchmarkFolder.Score(table, "red", "blue");
        Assert.Equal(("accuracy, %", 50), (table.Metric, result.Value));
        Assert.Empty(result.Details);
    }

    [Fact]
    public void A_family_of_which_no_row_is_drawn_is_not_in_the_mean() =>
        Assert.Equal(75, Table("colour", "colour", "count").Value([1, 0, 1], [3, 1, 0]), 10);

    private static Benchmark Table(params string[] families)
    {
        var builder = new VqaDataset.Builder();
        foreach (var family in families)
            builder.Add(Image, "?", "red", family);
        return TableBenchmark.Of("mine.tsv", builder.Build());
    }

    [Fact]
    public void Images_are_given_as_they_are_for_the_model_s_processor_pads_them()
    {
        folder.Images("images/n1.jpg");
        folder.Write("testdev_balanced_questions.json", """{"1": {"question": "?", "imageId": "n1", "answer": "a", "types": {"structural": "query"}}}""");
        var image = Assert.IsType<RgbImage>(folder.Load("gqa").Image(0)); // of two black pixels beside each other
        Assert.Equal((2, 1), (image.Width, image.Height));
        var padded = ClipImageProcessor.Default(2).With(ImagePadding.Square).ToSize(image);
        Assert.Equal([0, 0, 0, 0, 0, 0, 122, 116, 104, 122, 116, 104], padded.Pixels.ToArray());
    }
}
