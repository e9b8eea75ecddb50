using System.Globalization;
using EosMLNet.Tool.CommandLine;

namespace EosMLNet.Tool.Evaluate;

/// <summary>What <c>eos evaluate</c> prints.</summary>
internal static class EvaluationTables
{
    internal static void Print(this EosConsole console, BenchmarkReport report)
    {
        console.Table($"{report.Name}: {report.Metric}, {report.Questions} questions",
            ["plan", "value", "agreement", "mean tokens", "final tokens", "MACs", "KV bytes", "ms an answer"],
            report.Plans.Select(plan => new[]
            {
                plan.Plan, Text(plan.Value), Text(plan.Agreement, "0.000"), Text(plan.Ledger.Mean, "0.###"), Text(plan.Ledger.Final, "0"),
                Text(plan.Ledger.MacsRatio, "0.000"), Text(plan.Ledger.KvBytesRatio, "0.000"), Text(plan.MillisecondsPerAnswer, "0.0"),
            }));
        if (report.TooLong > 0)
        {
            const string Meaning = "They were not asked and count as wrong.";
            console.Line($"{report.TooLong} of {report.Questions} questions are longer than the model was made for. {Meaning}");
        }
        if (report.Plans[0].Details.Count > 0)
            console.Table($"{report.Name} in detail", ["", .. report.Plans.Select(plan => plan.Plan)],
                report.Plans[0].Details.Keys.Select(name =>
                    (string[])[name.Length == 0 ? "(none)" : name, .. report.Plans.Select(plan => Text(plan.Details[name]))]));
        if (report.Differences.Count > 0)
            console.Table("Differences, with 95% intervals (images resampled)", ["", "less", "difference", "from", "to"],
                report.Differences.Select(d => new[] { d.A, d.B, Signed(d.Difference), Signed(d.Low), Signed(d.High) }));
    }

    /// <summary>
    /// The rows of a paper's table: a figure for each benchmark, and their mean as a percentage of the unreduced model's.
    /// </summary>
    internal static void PrintAll(this EosConsole console, IReadOnlyList<BenchmarkReport> reports) =>
        console.Table("All benchmarks", ["plan", "mean tokens", .. reports.Select(report => report.Name), "mean, % of unreduced"],
            Enumerable.Range(0, reports[0].Plans.Count).Select(i => (string[])
            [
                reports[0].Plans[i].Plan, Text(reports[0].Plans[i].Ledger.Mean, "0.###"),
                .. reports.Select(report => Text(report.Plans[i].Value)),
                Text(100 * reports.Average(report => report.Plans[i].Value / report.Plans[0].Value), "0.0"),
            ]));

    internal static void PrintLedgers(this EosConsole console, IReadOnlyList<(string Plan, TokenLedger Ledger)> plans)
    {
        console.Table("Visual tokens that enter each layer", ["layer", .. plans.Select(plan => plan.Plan)],
            Enumerable.Range(0, plans[0].Ledger.VisualTokensPerLayer.Count)
                .Select(layer => (string[])[$"{layer}", .. plans.Select(plan => $"{plan.Ledger.VisualTokensPerLayer[layer]}")]));
        foreach (var (plan, ledger) in plans)
        {
            console.Line($"{plan}:");
            console.PrintCost(ledger);
        }
    }

    private static string Text(double value, string format = "0.00") => value.ToString(format, CultureInfo.InvariantCulture);

    private static string Signed(double value) => Text(value, "+0.00;-0.00;0.00");
}
