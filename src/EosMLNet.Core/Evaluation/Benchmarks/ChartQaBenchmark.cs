using System.Globalization;

namespace EosMLNet.Evaluation.Benchmarks;

/// <summary>
/// ChartQA (arXiv:2203.10244), test: <c>test_human.json</c>, <c>test_augmented.json</c> and <c>png/</c>, in the folder or in <c>test/</c>.
/// Relaxed accuracy: a number may be off by 5%, a text must be the same.
/// </summary>
internal sealed class ChartQaBenchmark : Benchmark
{
    private const double Tolerance = 0.05;

    private ChartQaBenchmark(BenchmarkBuilder collected)
        : base("chartqa", collected)
    {
    }

    public override string Metric => "relaxed accuracy, %";

    internal static Benchmark Load(string folder)
    {
        var builder = new BenchmarkBuilder();
        if (Directory.Exists(Path.Combine(folder, "test")))
            folder = Path.Combine(folder, "test");
        foreach (var part in (string[])["human", "augmented"])
            foreach (var (_, entry) in BenchmarkFile.Entries(Path.Combine(folder, $"test_{part}.json")))
            {
                builder.Add(new BenchmarkQuestion
                {
                    Images = [builder.Image(Path.Combine(folder, "png"), entry.Text("imgname"), entry.Bad)],
                    Prompt = entry.Text("query") + OneWord,
                    References = [entry.Text("label")],
                    Category = part,
                });
            }
        return new ChartQaBenchmark(builder);
    }

    public override double Score(BenchmarkQuestion question, string answer)
    {
        var said = answer.Trim().TrimEnd('.');
        return Number(said) is { } given && Number(question.References[0]) is { } expected && expected != 0
            ? Math.Abs(given - expected) <= Tolerance * Math.Abs(expected) ? 1 : 0
            : AnswerComparison.IsCorrect(said, question.References[0]) ? 1 : 0;
    }

    private static double? Number(string text)
    {
        text = text.Trim();
        var percent = text.EndsWith('%');
        return double.TryParse(text.TrimEnd('%'), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && double.IsFinite(number) ? (percent ? number / 100 : number) : null;
    }
}
