using EosMLNet.Evaluation;
using EosMLNet.Evaluation.Benchmarks;

namespace EosMLNet.Tool.Evaluate;

/// <summary>A benchmark's part of what <c>eos evaluate</c> prints and writes as JSON.</summary>
/// <param name="Name">The benchmark, or the table's file name.</param>
/// <param name="Metric">What <see cref="PlanReport.Value"/> is, with its unit.</param>
/// <param name="Questions">Number of questions.</param>
/// <param name="TooLong">How many of them are longer than the model was made for: not asked, and counted as wrong.</param>
/// <param name="Plans">The unreduced model first, then the plans in the order given.</param>
/// <param name="Differences">Of each plan to each that stands before it, in the metric's unit, with 95% intervals.</param>
internal sealed record BenchmarkReport(
    string Name, string Metric, int Questions, int TooLong, IReadOnlyList<BenchmarkReport.PlanReport> Plans,
    IReadOnlyList<BenchmarkReport.DifferenceReport> Differences)
{
    internal static BenchmarkReport Of(Benchmark benchmark, IReadOnlyList<(string Name, BenchmarkResult Result)> results) => new(
        benchmark.Name, benchmark.Metric, benchmark.Questions.Count, results[0].Result.TooLong,
        [.. results.Select(plan => new PlanReport(plan.Name, plan.Result.AgreementWith(results[0].Result), plan.Result))],
        [.. from a in Enumerable.Range(0, results.Count)
            from b in Enumerable.Range(0, a)
            select Difference(benchmark, results[a], results[b])]);

    private static DifferenceReport Difference(Benchmark benchmark, (string Name, BenchmarkResult Result) a,
        (string Name, BenchmarkResult Result) b)
    {
        var interval = PairedBootstrap.Value(benchmark, a.Result, b.Result);
        return new DifferenceReport(a.Name, b.Name, interval.Difference, interval.Low, interval.High);
    }

    /// <summary>
    /// How one plan did; <paramref name="Agreement"/> is the share of answers that are the unreduced model's, <paramref name="Scores"/>
    /// what the metric makes of each answer, and
    /// <paramref name="Probabilities"/> how sure the model is of each.
    /// </summary>
    internal sealed record PlanReport(
        string Plan, double Value, double Agreement, IReadOnlyDictionary<string, double> Details, TokenLedger Ledger,
        double MillisecondsPerAnswer,
        IReadOnlyList<string> Answers, IReadOnlyList<double> Scores, IReadOnlyList<double> Probabilities)
    {
        internal PlanReport(string plan, double agreement, BenchmarkResult result)
            : this(plan, result.Value, agreement, result.Details, result.Ledger, result.MillisecondsPerAnswer, result.Answers,
                result.Scores, result.Probabilities)
        {
        }
    }

    /// <summary><paramref name="A"/> less <paramref name="B"/>, and the paired interval.</summary>
    internal sealed record DifferenceReport(string A, string B, double Difference, double Low, double High);
}
