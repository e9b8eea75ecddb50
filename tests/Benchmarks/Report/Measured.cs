using Benchmarks.Quality;
using EosMLNet.Evaluation;
using EosMLNet.Evaluation.Benchmarks;

namespace Benchmarks.Report;

/// <summary>A trial that is done: its plan, what that cost, and how it answers the test questions.</summary>
/// <param name="Trial">The trial.</param>
/// <param name="Plan">The plan.</param>
/// <param name="Ledger">What it costs on the images here.</param>
/// <param name="Cost">What finding it took.</param>
/// <param name="Answers">The answers.</param>
/// <param name="Scores">1 for each right answer, 0 for each wrong one.</param>
/// <param name="ByFamily">Accuracy by question family.</param>
/// <param name="Milliseconds">Milliseconds an answer, in batches.</param>
internal sealed record Measured(
    Trial Trial, ReductionPlan Plan, TokenLedger Ledger, SearchCost Cost, IReadOnlyList<string> Answers, IReadOnlyList<double> Scores,
    IReadOnlyDictionary<string, double> ByFamily, double Milliseconds)
{
    // The only family that asks to read what is written in the image. Charts are of bars, without text.
    private const string ReadingFamily = "number";

    /// <summary>The mean of the families.</summary>
    internal double Accuracy => ByFamily.Values.Average();

    /// <summary>The accuracy on questions that ask to read.</summary>
    internal double Reading => ByFamily[ReadingFamily];

    /// <summary>The trials that are done.</summary>
    /// <param name="bench">The means.</param>
    /// <param name="trials">All trials.</param>
    /// <param name="done">The keys of the units that are done.</param>
    internal static IReadOnlyList<Measured> Collect(Workbench bench, IReadOnlyList<Trial> trials, IReadOnlySet<string> done) =>
        [.. trials.Where(trial => done.Contains(trial.TestKey)).Select(trial => Of(bench, trial))];

    private static Measured Of(Workbench bench, Trial trial)
    {
        var (cost, result) = (bench.Store.Read<SearchCost>(trial.FindKey)!, bench.Store.Read<TestResult>(trial.TestKey)!);
        var rows = bench.TestOn(trial.On).Examples;
        double[] scores = [.. rows.Zip(result.Answers, (row, answer) => AnswerComparison.IsCorrect(answer, row.Answer) ? 1.0 : 0.0)];
        var families = rows.Zip(scores).GroupBy(row => row.First.Family).OrderBy(family => family.Key, StringComparer.Ordinal)
            .ToDictionary(family => family.Key, family => family.Average(row => row.Second));
        var plan = bench.Plan(trial);
        return new Measured(trial, plan, bench.LedgerOf(plan), cost, result.Answers, scores, families, result.Milliseconds);
    }
}
