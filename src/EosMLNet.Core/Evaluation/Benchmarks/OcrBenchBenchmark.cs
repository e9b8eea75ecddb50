namespace EosMLNet.Evaluation.Benchmarks;

/// <summary>
/// OCRBench (arXiv:2305.07895): <c>OCRBench.json</c> (a list with <c>dataset_name</c>, <c>type</c>, <c>image_path</c>, <c>question</c>,
/// <c>answers</c>) and <c>OCRBench_Images/</c>. The question is asked as it is. An answer is right when it contains one of the expected
/// texts; the figure is the number of right answers, of 1,000 in the published file.
/// </summary>
internal sealed class OcrBenchBenchmark : Benchmark
{
    private const string Formulas = "HME100k"; // compared without spaces and with regard to case

    private OcrBenchBenchmark(BenchmarkBuilder collected)
        : base("ocrbench", collected)
    {
    }

    public override string Metric => $"right answers of {Questions.Count}";

    public override int MaxNewTokens => 100;

    internal static Benchmark Load(string folder)
    {
        var builder = new BenchmarkBuilder();
        foreach (var (_, entry) in BenchmarkFile.Entries(Path.Combine(folder, "OCRBench.json")))
        {
            builder.Add(new BenchmarkQuestion
            {
                Images = [builder.Image(Path.Combine(folder, "OCRBench_Images"), entry.Text("image_path"), entry.Bad)],
                Prompt = entry.Text("question"),
                References = entry.Texts("answers"),
                Category = entry.Text("type"),
                Group = entry.Text("dataset_name"),
            });
        }
        return new OcrBenchBenchmark(builder);
    }

    public override double Score(BenchmarkQuestion question, string answer)
    {
        Func<string, string> form = question.Group == Formulas
            ? text => text.Trim().Replace("\n", " ").Replace(" ", "")
            : text => text.Trim().Replace("\n", " ").ToLowerInvariant();
        return question.References.Any(reference => form(answer).Contains(form(reference), StringComparison.Ordinal)) ? 1 : 0;
    }

    internal override double Value(IReadOnlyList<double> scores, IReadOnlyList<int> drawn) =>
        Percent(scores, drawn) * Questions.Count / 100;

    internal override IEnumerable<(string Name, double Value)> Details(IReadOnlyList<double> scores) =>
        ByCategory((_, rows) => rows.Sum(row => scores[row]));
}
