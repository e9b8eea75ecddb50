using EosMLNet.Evaluation.Benchmarks;

namespace EosMLNet.Tests.Evaluation.Benchmarks;

public sealed class BenchmarkCatalogTests : IDisposable
{
    private const string Header = "index\timage\tquestion\tA\tB\tanswer\n";
    private const string Names =
        "gqa, mmbench, mme, pope, scienceqa, textvqa, seed, mmstar, ai2d, ocrbench, chartqa, realworldqa";
    private readonly BenchmarkFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Those_of_the_papers_usual_table_come_first() => Assert.Equal(Names, string.Join(", ", BenchmarkCatalog.Names));

    [Theory]
    [InlineData("gqa", "testdev_balanced_questions.json", "{}")]
    [InlineData("mmbench", "MMBench_DEV_EN.tsv", Header)]
    [InlineData("mmbench", "mmbench_dev_20230712.tsv", Header)]
    [InlineData("mmbench", "mmbench_dev_en_20231003.tsv", Header)]
    [InlineData("mme")]
    [InlineData("pope", "coco_pope_random.json", "", "coco_pope_popular.json", "", "coco_pope_adversarial.json", "")]
    [InlineData("scienceqa", "pid_splits.json", """{"test": ["1"]}""", "problems.json", "{}")]
    [InlineData("textvqa", "TextVQA_0.5.1_val.json", """{"data": []}""")]
    [InlineData("seed", "SEED-Bench.json", """{"question_type": {}, "questions": []}""")]
    [InlineData("mmstar", "MMStar.tsv", Header)]
    [InlineData("ai2d", "AI2D_TEST.tsv", Header)]
    [InlineData("ocrbench", "OCRBench.json", "[]")]
    [InlineData("chartqa", "test_human.json", "[]", "test_augmented.json", "[]")]
    [InlineData("realworldqa", "RealWorldQA.tsv", Header)]
    public void Files_without_questions_are_a_fault(string name, params string[] files)
    {
        foreach (var file in files.Chunk(2))
            folder.Write(file[0], file[1]);
        CheckFault(EosErrors.EmptyDataset, () => folder.Load(name),
            $"The files of {name} hold no question; expected at least one. build/docs/benchmarks-data.md says which files it needs.");
    }

    [Theory]
    [InlineData("mmbench", "MMBench_DEV_EN.tsv or mmbench_dev_20230712.tsv or mmbench_dev_en_20231003.tsv")]
    [InlineData("mmstar", "MMStar.tsv")]
    [InlineData("ai2d", "AI2D_TEST.tsv")]
    [InlineData("realworldqa", "RealWorldQA.tsv")]
    public void A_table_that_is_missing_is_named(string name, string files) => CheckFault(EosErrors.FileMissing, () => folder.Load(name),
        $"'{folder.Path}' has no {files}; build/docs/benchmarks-data.md says which files the benchmark needs.");

    [Fact]
    public void The_first_of_several_names_of_a_table_is_read()
    {
        folder.Write("mmbench_dev_20230712.tsv", Header + $"1\t{BenchmarkFolder.Base64(1)}\tOld?\tx\ty\tA\n");
        folder.Write("MMBench_DEV_EN.tsv", Header + $"1\t{BenchmarkFolder.Base64(1)}\tNew?\tx\ty\tA\n");
        Assert.StartsWith("New?\n", folder.Load("mmbench").Questions.Single().Prompt, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mmstar", "MMStar.tsv")]
    [InlineData("ai2d", "AI2D_TEST.tsv")]
    [InlineData("realworldqa", "RealWorldQA.tsv")]
    public void Only_MMBench_has_rotations(string name, string file)
    {
        var image = BenchmarkFolder.Base64(1);
        folder.Write(file, Header + $"7\t{image}\tWhich?\tx\ty\tA\n1000007\t{image}\tWhich?\ty\tx\tB\nlast\t{image}\tWhich?\tx\ty\tB\n");
        var benchmark = folder.Load(name);
        Assert.Equal((name, "accuracy, %"), (benchmark.Name, benchmark.Metric));
        Assert.Equal(200 / 3.0, BenchmarkFolder.Score(benchmark, "A", "A", "B").Value, 10);
    }

    [Fact]
    public void What_is_no_benchmark_and_a_folder_that_is_not_there_are_faults()
    {
        CheckFault(EosErrors.InvalidOption, () => folder.Load("POPE"), $"There is no benchmark 'POPE'. Expected one of {Names}.");
        var missing = Path.Combine(folder.Path, "pope");
        CheckFault(EosErrors.FileMissing, () => BenchmarkCatalog.Load("pope", missing),
            $"the folder '{missing}' of the benchmark pope does not exist.");
    }

    private static void CheckFault(string code, Action load, string fault) =>
        Assert.Equal($"{code}: {fault}", Assert.Throws<EosException>(load).Message);
}
