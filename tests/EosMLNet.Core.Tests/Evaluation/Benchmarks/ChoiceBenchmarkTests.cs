using EosMLNet.Evaluation.Benchmarks;

namespace EosMLNet.Tests.Evaluation.Benchmarks;

public sealed class ChoiceBenchmarkTests : IDisposable
{
    private readonly BenchmarkFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("B", "B")]
    [InlineData(" b ", "B")]
    [InlineData("B. a cat", "B")]
    [InlineData("(B) a cat", "B")]
    [InlineData("The answer is C.", "C")]
    [InlineData("the answer is: (A)", "A")]
    [InlineData("a cat", "B")]
    [InlineData("A Cat.", "B")]
    [InlineData("A cat and a dog", null)]
    [InlineData("Because", null)]
    [InlineData("", null)]
    public void An_answer_chooses_by_letter_or_by_the_options_words(string answer, string? letter) =>
        Assert.Equal(letter, ChoiceBenchmark.ChosenLetter(answer, ["a dog", "a cat", "an owl"]));

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    public void An_answer_without_words_does_not_choose_a_blank_option(string answer) =>
        Assert.Null(ChoiceBenchmark.ChosenLetter(answer, ["", "a cat"]));

    [Fact]
    public void ScienceQA_asks_the_test_questions_that_have_an_image()
    {
        folder.Images("images/test/4/image.png", "images/test/6/image.png");
        folder.Write("pid_splits.json", """{"train": ["1"], "test": ["4", "5", "6"]}""");
        folder.Write("problems.json", """
            {"1": {"question": "In training?", "choices": ["x"], "answer": 0, "image": "image.png"},
             "4": {"question": "Which is it?", "choices": ["ice", "steam"], "answer": 1, "hint": "It is hot.", "image": "image.png", "subject": "natural science"},
             "5": {"question": "No image?", "choices": ["x"], "answer": 0, "hint": "", "image": null},
             "6": {"question": "Where?", "choices": ["here", "there", "far"], "answer": 0, "hint": "", "image": "image.png", "subject": "social science"}}
            """);
        var sqa = folder.Load("scienceqa");
        Assert.Equal(
            ["Context: It is hot.\nWhich is it?\nA. ice\nB. steam\nAnswer with the option's letter from the given choices directly.",
             "Where?\nA. here\nB. there\nC. far\nAnswer with the option's letter from the given choices directly."], sqa.Questions.Select(q => q.Prompt));
        var result = BenchmarkFolder.Score(sqa, "B", "C");
        Assert.Equal((50, 100, 0), (result.Value, result.Details["natural science"], result.Details["social science"]));
        folder.Write("problems.json", """{"4": {"question": "?", "choices": ["a"], "answer": 1, "image": "image.png"}}""");
        Expect.Error(EosErrors.DatasetRow, () => folder.Load("scienceqa"), "problems.json", "entry '4'", "'answer'", "from 0 to 0");
        folder.Write("problems.json", """{"4": {"question": "?", "choices": ["a"], "answer": 0, "image": "../../../problems.json"}}""");
        Expect.Error(EosErrors.DatasetRow, () => folder.Load("scienceqa"), "entry '4'", "leads out");
    }

    [Fact]
    public void SEED_asks_about_images_and_names_the_types()
    {
        folder.Images("SEED-Bench-image/1_2");
        folder.Write("SEED-Bench.json", """
            {"question_type": {"Scene Understanding": 1, "Instance Identity": 2},
             "questions": [
               {"data_type": "image", "data_id": "1_2", "question": "Where?", "choice_a": "sea", "choice_b": "town", "choice_c": "wood", "choice_d": "sky", "answer": "B", "question_type_id": 1},
               {"data_type": "video", "data_id": "v", "question": "When?", "choice_a": "1", "choice_b": "2", "choice_c": "3", "choice_d": "4", "answer": "A", "question_type_id": 10},
               {"data_type": "image", "data_id": "1_2", "question": "Who?", "choice_a": "cat", "choice_b": "dog", "choice_c": "man", "choice_d": "owl", "answer": "D", "question_type_id": 2}]}
            """);
        var seed = folder.Load("seed");
        Assert.Equal((2, 1), (seed.Questions.Count, seed.Images.Count));
        var result = BenchmarkFolder.Score(seed, "B", "owl");
        Assert.Equal((100, 100), (result.Value, result.Details["Instance Identity"]));
        folder.Write("SEED-Bench.json", """
            {"question_type": {},
             "questions": [{"data_type": "image", "data_id": "1_2", "question": "?", "choice_a": "1", "choice_b": "2", "choice_c": "3",
                            "choice_d": "4", "answer": "E", "question_type_id": 1}]}
            """);
        Assert.Equal($"EOS1011: '{Path.Combine(folder.Path, "SEED-Bench.json")}' entry 1: 'answer' is not one of A, B, C, D. " +
            "Get the benchmark's files anew; build/docs/benchmarks-data.md says which.",
            Assert.Throws<EosException>(() => folder.Load("seed")).Message);
        folder.Write("SEED-Bench.json", """{"questions": []}""");
        Expect.Error(EosErrors.DatasetRow, () => folder.Load("seed"), "SEED-Bench.json", "'question_type'");
        folder.Write("SEED-Bench.json", """{"question_type": {"Scene": 2, "Instance": 2}, "questions": []}""");
        Expect.Error(EosErrors.DatasetRow, () => folder.Load("seed"), "SEED-Bench.json", "entry 'Instance'", "another type");
    }

    [Theory]
    [InlineData("mmstar", "MMStar.tsv")]
    [InlineData("ai2d", "AI2D_TEST.tsv")]
    [InlineData("realworldqa", "RealWorldQA.tsv")]
    public void A_table_with_images_is_asked_row_by_row(string name, string file)
    {
        folder.Write(file, $"index\timage\tquestion\tA\tB\tC\tanswer\tcategory\n0\t{BenchmarkFolder.Base64(1)}\tWhich?\tone\ttwo\t\tB\tx\n1\t{BenchmarkFolder.Base64(2)}\tWhat?\tone\ttwo\tthree\tC\ty\n");
        var benchmark = folder.Load(name);
        Assert.Equal("Which?\nA. one\nB. two\nAnswer with the option's letter from the given choices directly.", benchmark.Questions[0].Prompt);
        Assert.Equal([1, 2], benchmark.Images.Select(image => (int)image.Load().Pixels.Span[0]));
        var result = BenchmarkFolder.Score(benchmark, "B", "B");
        Assert.Equal((50, 100, 0), (result.Value, result.Details["x"], result.Details["y"]));
        Assert.Equal("accuracy, %", benchmark.Metric);
    }

    [Fact]
    public void MMBench_counts_a_question_when_all_its_rotations_are_right()
    {
        folder.Write("MMBench_DEV_EN.tsv", $"index\tquestion\thint\tA\tB\tanswer\tcategory\timage\n" +
            $"7\tWhich?\tLook.\tx\ty\tA\tocr\t{BenchmarkFolder.Base64(1)}\n8\tWhat?\t\tx\ty\tB\tocr\t{BenchmarkFolder.Base64(2)}\n" +
            $"1000007\tWhich?\tLook.\ty\tx\tB\tocr\t7\n1000008\tWhat?\t\ty\tx\tA\tocr\t8\n");
        var mmbench = folder.Load("mmbench");
        Assert.Equal([0, 1, 0, 1], mmbench.Questions.Select(q => Assert.Single(q.Images)));
        Assert.StartsWith("Look.\nWhich?\nA. x\n", mmbench.Questions[0].Prompt);
        var result = BenchmarkFolder.Score(mmbench, "A", "B", "B", "B");
        Assert.Equal(("circular accuracy, %", 50, 75), (mmbench.Metric, result.Value, result.Details["each rotation for itself"]));
    }

    [Fact]
    public void MMBench_s_figure_is_the_share_of_questions_and_counts_them_as_often_as_they_are_drawn()
    {
        var image = BenchmarkFolder.Base64(1);
        folder.Write("MMBench_DEV_EN.tsv", "index\tquestion\tA\tB\tanswer\tcategory\timage\n" + string.Concat(
            ((string[])["1", "2", "3", "1000001", "2000001", "1000002"]).Select(i => $"{i}\tWhich?\tx\ty\tA\tocr\t{image}\n")));
        var mmbench = folder.Load("mmbench");
        Assert.Equal(200 / 3.0, BenchmarkFolder.Score(mmbench, "A", "A", "A", "A", "B", "A").Value, 10); // the third rotation of 1 is wrong
        Assert.Equal(60, mmbench.Value([1, 1, 1, 1, 0, 1], [2, 2, 1, 2, 2, 2]), 10);
    }

    [Fact]
    public void MMBench_s_figure_over_all_rotations_stands_before_those_of_the_categories()
    {
        var image = BenchmarkFolder.Base64(1);
        string Row(int index, string category) => $"{index}\tWhich?\tx\ty\tA\t{category}\t{image}\n";
        const string Header = "index\tquestion\tA\tB\tanswer\tcategory\timage\n";
        folder.Write("MMBench_DEV_EN.tsv", Header + Row(1, "ocr") + Row(2, "action") + Row(1000001, "ocr"));
        Assert.Equal([("each rotation for itself", 66.67), ("action", 100), ("ocr", 50)], Details("A", "A", "B"));
        folder.Write("MMBench_DEV_EN.tsv", Header + Row(1, "ocr") + Row(2, "action"));
        Assert.Equal([("action", 100), ("ocr", 0)], Details("B", "A"));
        Assert.Equal("accuracy, %", folder.Load("mmbench").Metric);

        IEnumerable<(string, double)> Details(params string[] answers) =>
            BenchmarkFolder.Score(folder.Load("mmbench"), answers).Details.Select(one => (one.Key, Math.Round(one.Value, 2)));
    }

    [Theory]
    [InlineData("7.5", "A", "the index is not a whole number")]
    [InlineData("7", "D", "the answer 'D' is none of the 2 options' letters A, C")]
    [InlineData("7", "B", "the answer 'B' is none of the 2 options' letters A, C")]
    public void A_row_of_MMBench_that_is_none_is_said_with_its_line(string index, string answer, string fault)
    {
        var file = folder.Write("MMBench_DEV_EN.tsv",
            $"index\tquestion\tA\tB\tC\tanswer\timage\n{index}\tWhich?\tx\t\ty\t{answer}\t{BenchmarkFolder.Base64(1)}\n");
        Assert.Equal($"EOS1011: '{file}' line 2: {fault}. Get the benchmark's file anew; build/docs/benchmarks-data.md says which.",
            Assert.Throws<EosException>(() => folder.Load("mmbench")).Message);
    }

    public static TheoryData<string, string[]> BadTables()
    {
        var (header, image) = ("index\timage\tquestion\tA\tB\tanswer\n", BenchmarkFolder.Base64(1));
        return new()
        {
            { header + $"0\t{image}\tWhich?\tx\ty\n", ["line 2", "5 cells, expected 6"] },
            { header + $"0\t{image}\tWhich?\tx\ty\tA\tmore\n", ["line 2", "more than the 6 cells"] },
            { header + $"0\t{image}\t\"Two\nlines?\"\tx\ty\tA\n1\t{image}\tWhich?\tx\ty\tC\n", ["line 4", "'C' is none of the 2 options"] },
            { header + $"0\t{image}\tWhich?\tx\ty\t\n", ["line 2", "'answer' is empty"] },
            { header + $"0\t5\tWhich?\tx\ty\tA\n", ["line 2", "'5'", "index of a row that has one"] },
            { header + $"0\t1\tWhich?\tx\ty\tA\n1\t0\tWhat?\tx\ty\tA\n", ["line 2", "'1'", "index of a row that has one"] },
            { header + $"0\t{image}\tWhich?\t\ty\tA\n", ["line 2", "'A' is none of the 1 options' letters B"] },
            { header + $"0\t['{image}', '']\tWhich?\tx\ty\tA\n", ["line 2", "a list of 2 with '' in it"] },
            { header + $"0\t\"[\"\"{image}\"\", \"\"7\"\"]\"\tWhich?\tx\ty\tA\n", ["line 2", "a list of 2 with '7' in it"] },
            { header + $"0\t{image}\tWhich?\tx\ty\tA\n1\t[0,0]\tWhich?\tx\ty\tA\n", ["line 3", "a list of 2 with '0' in it"] },
            { header + $"0\t[]\tWhich?\tx\ty\tA\n", ["line 2", "an empty list"] },
            { "Index\timage\tquestion\tanswer\n", ["line 1", "lacks index", "'Index' must be written index"] },
            { "index,image,question,answer\n", ["line 1", "separated by commas"] },
            { header + $"0\t{image}\t\"Which?\tx\ty\tA\n", ["line 2", "never closed"] },
        };
    }

    [Theory]
    [MemberData(nameof(BadTables))]
    public void What_is_wrong_with_a_table_is_said_with_file_and_line(string text, string[] parts)
    {
        folder.Write("MMStar.tsv", text);
        Expect.Error(EosErrors.DatasetRow, () => folder.Load("mmstar"), ["MMStar.tsv", .. parts]);
    }

    [Fact]
    public void Quoted_cells_may_hold_tabs_lines_and_quotation_marks()
    {
        folder.Write("MMStar.tsv", $"\uFEFF\"index\"\tquestion\tanswer\timage\r\n0\t\"He said \"\"a\tb\"\"\r\nand left\"\tA\t\"{BenchmarkFolder.Base64(9)}\"\r\n\r\n");
        var benchmark = folder.Load("mmstar");
        Assert.StartsWith("He said \"a\tb\"\r\nand left\n", benchmark.Questions.Single().Prompt);
        Assert.Equal(9, benchmark.Images.Single().Load().Pixels.Span[0]);
    }

    // As VLMEvalKit asks it: a blank cell is no option, the others keep their letters.
    [Fact]
    public void Blank_options_leave_the_letters_of_the_others_alone()
    {
        var image = BenchmarkFolder.Base64(1);
        folder.Write("MMStar.tsv", $"index\tquestion\tA\tB\tC\tD\tanswer\tcategory\timage\n" +
            $"0\thow many boats are there\t\tTwo\tOne\tThree\tB\tc\t{image}\n1\thow many cats are there\tFour\tTwo\t\tThree\tA\tc\t{image}\n2\thow many\tFour\tTwo\t\t\tA\tc\t{image}\n");
        var benchmark = folder.Load("mmstar");
        Assert.Equal(
            ["how many boats are there\nB. Two\nC. One\nD. Three\n", "how many cats are there\nA. Four\nB. Two\nD. Three\n", "how many\nA. Four\nB. Two\n"],
            benchmark.Questions.Select(q => q.Prompt.Replace("Answer with the option's letter from the given choices directly.", "")));
        Assert.Equal(["B", "A", "A"], benchmark.Questions.Select(q => q.References.Single()));
        Assert.Equal([1, 0, 1], BenchmarkFolder.Score(benchmark, "two", "three", "Four").Scores);
        Assert.Equal([0, 1, 0], BenchmarkFolder.Score(benchmark, "", "A", "").Scores); // an empty answer is not the empty option
    }

    [Fact]
    public void The_image_of_a_later_row_is_found()
    {
        folder.Write("MMStar.tsv", $"index\tquestion\tA\tB\tanswer\timage\n7\t?\tyes\tno\tA\t3\n9\t?\tyes\tno\tA\t7\n" +
            $"5\t?\tyes\tno\tA\t{BenchmarkFolder.Base64(5)}\n3\t?\tyes\tno\tB\t{BenchmarkFolder.Base64(3)}\n4\t?\tyes\tno\tB\t5\n");
        var benchmark = folder.Load("mmstar");
        Assert.Equal([3, 3, 5, 3, 5], benchmark.Questions.Select(q => (int)benchmark.Images[Assert.Single(q.Images)].Load().Pixels.Span[0]));
        Assert.Equal(2, benchmark.Images.Count);
    }

    [Fact]
    public void A_list_of_one_and_a_data_URI_are_images()
    {
        string Uri(int grey) => "data:image/png;base64," + BenchmarkFolder.Base64(grey);
        folder.Write("MMStar.tsv", $"index\timage\tquestion\tanswer\n0\t{Uri(1)}\t?\tA\n1\t['{BenchmarkFolder.Base64(2)}']\t?\tA\n2\t\"[\"\"{Uri(3)}\"\"]\"\t?\tA\n" +
            $"3\t[{BenchmarkFolder.Base64(4)}]\t?\tA\n4\t['2']\t?\tA\n5\t\"{Uri(5)}\"\t?\tA\n");
        var benchmark = folder.Load("mmstar");
        Assert.Equal([1, 2, 3, 4, 3, 5], benchmark.Questions.Select(q => (int)benchmark.Images[Assert.Single(q.Images)].Load().Pixels.Span[0]));
    }

    [Fact]
    public void A_list_of_several_images_is_a_question_about_all_of_them_in_their_order()
    {
        string One(int grey) => BenchmarkFolder.Base64(grey);
        folder.Write("MMStar.tsv", $"index\timage\tquestion\tanswer\n0\t['{One(1)}', '{One(2)}']\t?\tA\n" +
            $"1\t\"[\"\"data:image/png;base64,{One(3)}\"\", \"\"{One(2)}\"\", \"\"{One(1)}\"\"]\"\t?\tA\n2\t0\t?\tA\n3\t{One(2)}\t?\tA\n");
        var benchmark = folder.Load("mmstar");
        Assert.Equal(["1 2", "3 2 1", "1 2", "2"], benchmark.Questions.Select(q =>
            string.Join(' ', q.Images.Select(image => benchmark.Images[image].Load().Pixels.Span[0]))));
    }

    [Fact]
    public void A_fault_offers_its_place()
    {
        folder.Write("MMStar.tsv", $"index\timage\tquestion\tanswer\n0\t{new string('!', 80)}\tWhich?\tA\n1\t5\tWhich?\tA\n");
        var error = Assert.Throws<EosException>(() => folder.Load("mmstar"));
        Assert.Equal((Path.Combine(folder.Path, "MMStar.tsv"), 3), (error.File, error.Line));
        folder.Write("MMStar.tsv", $"index\timage\tquestion\tanswer\n0\t{new string('!', 80)}\tWhich?\tA\n");
        error = Assert.Throws<EosException>(() => folder.Load("mmstar").Images[0].Load());
        Assert.Equal((Path.Combine(folder.Path, "MMStar.tsv"), 2, "EOS1010"), (error.File, error.Line, error.Code));
    }

    [Fact]
    public void The_same_image_in_several_rows_is_one()
    {
        folder.Write("MMStar.tsv", $"index\timage\tquestion\tanswer\n0\t{BenchmarkFolder.Base64(1)}\tWhich?\tA\n1\t{BenchmarkFolder.Base64(1)}\tWhat?\tA\n2\t{BenchmarkFolder.Base64(2)}\tWho?\tA\n");
        Assert.Equal([0, 0, 1], folder.Load("mmstar").Questions.Select(q => Assert.Single(q.Images)));
    }
}
