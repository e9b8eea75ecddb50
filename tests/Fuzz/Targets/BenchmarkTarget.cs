using EosMLNet.Evaluation.Benchmarks;

namespace Fuzz.Targets;

/// <summary>The questions of a published benchmark, and its images where they lie in the same file.</summary>
/// <param name="benchmark">Its name.</param>
internal sealed class BenchmarkTarget(string benchmark) : FuzzTarget
{
    private const int MostImages = 4;

    /// <summary>The file with the questions of each benchmark whose layout is no other's.</summary>
    internal static IReadOnlyDictionary<string, string> Files { get; } = new Dictionary<string, string>
    {
        ["gqa"] = "testdev_balanced_questions.json",
        ["mmbench"] = "MMBench_DEV_EN.tsv",
        ["mme"] = "count/1.txt",
        ["pope"] = "coco/coco_pope_random.json",
        ["scienceqa"] = "problems.json",
        ["textvqa"] = "TextVQA_0.5.1_val.json",
        ["seed"] = "SEED-Bench.json",
        ["ocrbench"] = "OCRBench.json",
        ["chartqa"] = "test/test_human.json",
    };

    internal override string Name => $"benchmark-{benchmark}";

    internal override string Reader => $"benchmark {benchmark}";

    internal override string FileName => Files[benchmark];

    internal override void Prepare(string folder)
    {
        Write(folder, "pid_splits.json", """{"test": ["1", "2", "3"]}""");
        foreach (var split in (string[])["random", "popular", "adversarial"])
            Write(folder, $"coco/coco_pope_{split}.json", """{"image": "a.png", "text": "Is it?", "label": "yes"}""");
        Write(folder, "test/test_human.json", """[{"imgname": "a.png", "query": "How many?", "label": "2"}]""");
        Write(folder, "test/test_augmented.json", """[{"imgname": "a.png", "query": "How many?", "label": "2"}]""");
        var image = Path.Combine(Engine.Corpus.Folder(new PictureTarget()), "grey.png");
        foreach (var name in (string[])
            ["images/a.jpg", "count/1.png", "val2014/a.png", "images/test/1/a.png", "train_images/a.jpg", "SEED-Bench-image/a.png",
            "OCRBench_Images/a.png", "test/png/a.png"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, name))!);
            File.Copy(image, Path.Combine(folder, name));
        }
    }

    internal override void Read(string folder)
    {
        var read = BenchmarkCatalog.Load(benchmark, folder);
        foreach (var image in read.Images.Take(MostImages))
            image.Load();
    }
}
