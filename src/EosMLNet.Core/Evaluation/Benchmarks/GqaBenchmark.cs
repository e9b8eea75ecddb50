namespace EosMLNet.Evaluation.Benchmarks;

/// <summary>
/// GQA (arXiv:1902.09506), balanced test-dev: <c>testdev_balanced_questions.json</c> and <c>images/</c>. An answer is right when it equals
/// the expected one but for case and a final full stop.
/// </summary>
internal sealed class GqaBenchmark : Benchmark
{
    private GqaBenchmark(BenchmarkBuilder collected)
        : base("gqa", collected)
    {
    }

    internal static Benchmark Load(string folder)
    {
        var builder = new BenchmarkBuilder();
        foreach (var (_, entry) in BenchmarkFile.Entries(Path.Combine(folder, "testdev_balanced_questions.json")))
        {
            builder.Add(new BenchmarkQuestion
            {
                Images = [builder.Image(Path.Combine(folder, "images"), $"{entry.Text("imageId")}.jpg", entry.Bad)],
                Prompt = entry.Text("question") + OneWord,
                References = [entry.Text("answer")],
                Category = entry.Section("types").Text("structural"),
            });
        }
        return new GqaBenchmark(builder);
    }

    public override double Score(BenchmarkQuestion question, string answer) =>
        AnswerComparison.IsCorrect(answer.Trim().TrimEnd('.'), question.References[0]) ? 1 : 0;
}
