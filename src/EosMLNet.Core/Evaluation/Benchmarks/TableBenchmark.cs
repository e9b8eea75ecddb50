namespace EosMLNet.Evaluation.Benchmarks;

/// <summary>
/// Your own questions, as <see cref="VqaDataset.LoadTsv"/> reads them: asked as they are, right when equal but for case, every family
/// counting alike.
/// </summary>
public sealed class TableBenchmark : Benchmark
{
    private readonly VqaDataset data;
    private readonly SortedDictionary<string, IReadOnlyList<int>> families;

    private TableBenchmark(string name, VqaDataset data, BenchmarkBuilder collected)
        : base(name, collected) => (this.data, families) = (data, Categories);

    /// <summary>Makes the benchmark of a table's questions.</summary>
    /// <param name="name">What reports call it.</param>
    /// <param name="data">The questions.</param>
    public static Benchmark Of(string name, VqaDataset data)
    {
        var builder = new BenchmarkBuilder();
        foreach (var row in data.Examples)
        {
            builder.Add(new BenchmarkQuestion
            {
                Images = row.Images,
                ImagePath = row.ImagePath,
                Prompt = row.Question,
                References = [row.Answer],
                Category = row.Family,
            });
        }
        return new TableBenchmark(name, data, builder);
    }

    /// <inheritdoc/>
    public override string Metric => families.Count > 1 ? "accuracy, % averaged over families" : base.Metric;

    /// <inheritdoc/>
    public override int MaxNewTokens => 8;

    internal override VisionLanguageProcessor Processor(VisionLanguageProcessor model) => model;

    internal override Visual Image(int index) => data.Images[index];

    internal override PromptPart InPrompt(int index, ImageProcessor processor) => data.Images[index].InPrompt(processor);

    /// <inheritdoc/>
    public override double Score(BenchmarkQuestion question, string answer) =>
        AnswerComparison.IsCorrect(answer, question.References[0]) ? 1 : 0;

    internal override double Value(IReadOnlyList<double> scores, IReadOnlyList<int> drawn)
    {
        double sum = 0, counted = 0;
        foreach (var rows in families.Values)
        {
            double right = 0, count = 0;
            foreach (var row in rows)
                (right, count) = (right + drawn[row] * scores[row], count + drawn[row]);
            if (count > 0)
                (sum, counted) = (sum + right / count, counted + 1);
        }
        return 100 * sum / counted;
    }

    internal override IEnumerable<(string Name, double Value)> Details(IReadOnlyList<double> scores) =>
        families.Count > 1 ? base.Details(scores).Prepend(("all rows", Mean(scores, [.. Enumerable.Range(0, scores.Count)]) * 100)) : [];
}
