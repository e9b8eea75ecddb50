using EosMLNet.Evaluation;
using EosMLNet.Tool.Evaluate;
using EosMLNet.Tool.Report.Contents;

namespace EosMLNet.Tool.Report.Page;

/// <summary>What matters most, in sentences and four numbers.</summary>
internal static class SummarySection
{
    internal static Html Write(ReportData report, ReductionPlan plan)
    {
        var (own, unreduced) = (report.Own, report.Unreduced);
        var (ledger, all) = (own.Result.Ledger, unreduced.Result.Ledger.Mean);
        return Html.Of(
            $"""
            <section id="summary" aria-labelledby="summary-title"><h2 id="summary-title">Summary</h2>
            <p class="lead">{Accuracy(report)} {Speed(report.Latency)}</p>
            <div class="tiles">
            {Tile("Accuracy", $"{own.Interval.Difference:0.0}&nbsp;%", $"95% interval {Interval(own.Interval)}",
                $"unreduced {unreduced.Interval.Difference:0.0}&nbsp;% ({Interval(unreduced.Interval)})")}
            {Tile("Visual tokens a layer", $"{ledger.Mean:0.#}", $"of {all:0.#}", $"{ledger.Final:0.#} at the last layer")}
            {Tile("Multiply-accumulates", $"{100 * ledger.MacsRatio:0}&nbsp;%", $"of the unreduced model's",
                $"key-value cache {100 * ledger.KvBytesRatio:0}&nbsp;%")}
            {(report.Latency is { } times ? Tile("Time to the first token", $"{Parts.Milliseconds(times.Plan.Median)}&nbsp;ms",
                $"unreduced {Parts.Milliseconds(times.Unreduced.Median)}&nbsp;ms", $"the picture's encoding not counted")
                : Tile("Time to the first token", $"–", $"{report.NoLatency}", $""))}
            </div>
            <ul class="notes">{Notes(report, plan).Select(note => Html.Of($"<li>{note}</li>"))}</ul>
            </section>

            """);
    }

    private static Html Tile(string name, FormattableString value, FormattableString line, FormattableString other) =>
        Html.Of(
            $"""
            <div class="tile"><h3>{name}</h3><p class="value">{Html.Of(value)}</p>
            <p>{Html.Of(line)}</p><p>{Html.Of(other)}</p></div>
            """);

    private static string Interval(BootstrapInterval interval) =>
        FormattableString.Invariant($"{interval.Low:0.0} to {interval.High:0.0}");

    private static Html Accuracy(ReportData report)
    {
        var (ledger, all) = (report.Own.Result.Ledger, report.Unreduced.Result.Ledger.Mean);
        return Html.Of(
            $"""
            With {ledger.Mean:0.#} of {all:0.#} visual tokens in a layer, {report.Model} is right in
            <strong>{report.Own.Interval.Difference:0.0}&nbsp;%</strong> instead of {report.Unreduced.Interval.Difference:0.0}&nbsp;%.
            {Verdict(report.Own.ToUnreduced!)}
            """);
    }

    // By the numbers as they are printed: an interval that ends at 0.00 does not leave it out.
    private static Html Verdict(BenchmarkReport.DifferenceReport gap)
    {
        var (low, high) = (Math.Round(gap.Low, 2), Math.Round(gap.High, 2));
        var interval = Html.Of($"(95% interval {gap.Low:+0.00;−0.00;0.00} to {gap.High:+0.00;−0.00;0.00})");
        return high < 0 ? Html.Of($"It loses {-gap.Difference:0.00} points, more than chance explains {interval}.")
            : low > 0 ? Html.Of($"It gains {gap.Difference:0.00} points, more than chance explains {interval}.")
            : Html.Of($"The difference of {gap.Difference:+0.00;−0.00;0.00} points may be chance {interval}.");
    }

    private static Html Speed(ReportLatency? times) =>
        times is null ? default : Html.Of($"Measured here, it is {LowerFirst(times.Remark)}");

    private static string LowerFirst(string text) => text.Length == 0 ? text : char.ToLowerInvariant(text[0]) + text[1..];

    private static Html Changed(ReportData report) => Html.Of(
        $"""
        The plan loses <a href="#lost">{report.Lost:#,0} {Questions(report.Lost)}</a> that the unreduced model answers right, and wins
        <a href="#won">{report.Won:#,0} {Questions(report.Won)}</a> that it answers wrong;
        {100 * report.Own.Result.Agreement:0.0}&nbsp;% of all answers are the same.
        """);

    private static string Questions(int count) => count == 1 ? "question" : "questions";

    private static Html Others(ReportData report)
    {
        var presets = report.Methods.Where(method => method.Kind == MethodKind.Preset).ToArray();
        var best = presets.MaxBy(preset => preset.Interval.Difference)!;
        var beaten = presets.Count(preset => preset.Interval.Difference < report.Own.Interval.Difference);
        var how = beaten == presets.Length ? $"better than all {presets.Length}" : $"better than {beaten} of {presets.Length}";
        return Html.Of(
            $"""
            At the same number of tokens it is {how} hand-made methods that were measured; the best of them, {best.Name}, is right in
            {best.Interval.Difference:0.0}&nbsp;%.
            """);
    }

    private static IEnumerable<Html> Notes(ReportData report, ReductionPlan plan)
    {
        yield return Html.Of(
            $"""
            {report.Questions:#,0} {(report.Questions < report.Rows ? Html.Of($"of the table's {report.Rows:#,0} ") : default)}questions
            were asked, about {report.Images:#,0} pictures.
            {(report.Metric.Contains("averaged", StringComparison.Ordinal) ? "Every family of questions counts alike." : "")}
            """);
        yield return Changed(report);
        if (report.Methods.Any(method => method.Kind == MethodKind.Preset))
            yield return Others(report);
        if (report.TooLong > 0)
            yield return Html.Of($"{report.TooLong:#,0} questions are longer than the model was made for. They count as wrong.");
        if (plan.Sites.Count == 0)
            yield return Html.Of($"The plan has no site: it is the unreduced model.");
    }
}
