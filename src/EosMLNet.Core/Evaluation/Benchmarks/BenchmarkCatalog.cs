namespace EosMLNet.Evaluation.Benchmarks;

/// <summary>The benchmarks whose published files can be read; build/docs/benchmarks-data.md says which files those are.</summary>
public static class BenchmarkCatalog
{
    private static readonly Dictionary<string, Func<string, Benchmark>> Loaders = new(StringComparer.Ordinal)
    {
        ["gqa"] = GqaBenchmark.Load,
        ["mmbench"] = folder =>
            ChoiceBenchmark.LoadTable("mmbench",
                Table(folder, "MMBench_DEV_EN.tsv", "mmbench_dev_20230712.tsv", "mmbench_dev_en_20231003.tsv"), rotated: true),
        ["mme"] = MmeBenchmark.Load,
        ["pope"] = PopeBenchmark.Load,
        ["scienceqa"] = ChoiceBenchmark.LoadScienceQa,
        ["textvqa"] = TextVqaBenchmark.Load,
        ["seed"] = ChoiceBenchmark.LoadSeed,
        ["mmstar"] = folder => ChoiceBenchmark.LoadTable("mmstar", Table(folder, "MMStar.tsv"), rotated: false),
        ["ai2d"] = folder => ChoiceBenchmark.LoadTable("ai2d", Table(folder, "AI2D_TEST.tsv"), rotated: false),
        ["ocrbench"] = OcrBenchBenchmark.Load,
        ["chartqa"] = ChartQaBenchmark.Load,
        ["realworldqa"] = folder => ChoiceBenchmark.LoadTable("realworldqa", Table(folder, "RealWorldQA.tsv"), rotated: false),
    };

    /// <summary>The names, those of the papers' usual table first.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Loaders.Keys];

    /// <summary>Reads a benchmark's questions; images are read when they are needed.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="folder">The folder with the benchmark's files as they are published.</param>
    /// <exception cref="EosException">
    /// EOS1001: a file is missing. EOS1008: malformed JSON. EOS1011: a malformed question, or its image is missing. EOS1012: no questions.
    /// EOS1013: no such benchmark.
    /// </exception>
    public static Benchmark Load(string name, string folder)
    {
        if (!Loaders.TryGetValue(name, out var load))
            throw new EosException(EosErrors.InvalidOption, $"There is no benchmark '{name}'. Expected one of {string.Join(", ", Names)}.");
        return Directory.Exists(folder) ? load(folder)
            : throw new EosException(EosErrors.FileMissing, $"the folder '{folder}' of the benchmark {name} does not exist.");
    }

    // The first of the names under which a table was published.
    private static string Table(string folder, params string[] names) =>
        names.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists)
        ?? throw new EosException(EosErrors.FileMissing,
            $"'{folder}' has no {string.Join(" or ", names)}; build/docs/benchmarks-data.md says which files the benchmark needs.");
}
