using EosMLNet.Evaluation;
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
            <p class="lead">{Accuracy(report)} {Cost(ledger, all)} {Speed(report.Latency)}</p>
            <p>{Changed(report)} {Others(report)}</p>
            <div class="tiles">
            {Tile("Accuracy", $"{own.Interval.Difference:0.0} %", $"95% interval {Interval(own.Interval)}",
                $"unreduced {unreduced.Interval.Difference:0.0} % ({Interval(unreduced.Interval)})")}
            {Tile("Visual tokens a layer", $"{ledger.Mean:0.#}", $"of {all:0.#}", $"{ledger.Final:0.#} at the last layer")}
            {Tile("Multiply-accumulates", $"{100 * ledger.MacsRatio:0} %", "of the unreduced model's",
                $"key-value cache {100 * ledger.KvBytesRatio:0} %")}
            {Latency(report)}
            </div>
            {Notes(report, plan)}
            </section>

            """);
    }

    private static Html Tile(string name, FormattableString value, FormattableString line, FormattableString other) =>
        Html.Of($"""<div class="tile"><h3>{name}</h3><p class="value">{Html.Of(value)}</p><p>{Html.Of(line)}</p><p>{Html.Of(other)}</p></div>""");

    private static Html Tile(string name, FormattableString value, string line, FormattableString other) =>
        Tile(name, value, (FormattableString)$"{line}", other);

    private static Html Latency(ReportData report) => report.Latency is { } times
        ? Tile("Time to the first token", $"{times.Plan.Median:0.0##} ms", $"unreduced {times.Unreduced.Median:0.0##} ms",
            $"the picture's encoding not counted")
        : Tile("Time to the first token", $"–", report.NoLatency!, $"");

    private static string Interval(BootstrapInterval interval) =>
        FormattableString.Invariant($"{interval.Low:0.0} to {interval.High:0.0}");

    private static Html Accuracy(ReportData report)
    {
        var (own, unreduced, difference) = (report.Own.Interval.Difference, report.Unreduced.Interval.Difference, report.Own.ToUnreduced!);
        var verdict = difference switch
        {
            { High: < 0 } => "That is a real loss",
            { Low: > 0 } => "That is a real gain",
            _ => "That is no difference that these questions could show",
        };
        return Html.Of(
            $"""
            Under the plan <strong>{report.Plan}</strong>, {report.Model} is right in <strong>{own:0.0} %</strong>, unreduced in {unreduced:0.0} %
            ({Averaged(report.Metric)}{report.Questions:#,0} questions about {report.Images:#,0} pictures). {verdict}:
            {difference.Difference:+0.00;−0.00;0.00} points, 95% interval {difference.Low:+0.00;−0.00;0.00} to {difference.High:+0.00;−0.00;0.00}.
            """);
    }

    private static string Averaged(string metric) =>
        metric.Contains("averaged", StringComparison.Ordinal) ? "every family of questions counting alike, " : "";

    private static Html Cost(TokenLedger ledger, double all) => Html.Of(
        $"""
        A layer sees {ledger.Mean:0.#} of {all:0.#} visual tokens on average: {100 * ledger.MacsRatio:0} % of the decoder's work on a prompt
        and {100 * ledger.KvBytesRatio:0} % of its cache.
        """);

    private static Html Speed(ReportLatency? times) => times is null ? default : Html.Of($"Measured here: {LowerFirst(times.Remark)}");

    private static string LowerFirst(string text) => text.Length == 0 ? text : char.ToLowerInvariant(text[0]) + text[1..];

    private static Html Changed(ReportData report) => Html.Of(
        $"""
        The plan loses <a href="#lost">{report.Lost:#,0} {Questions(report.Lost)}</a> that the unreduced model answers right, and wins
        <a href="#won">{report.Won:#,0} {Questions(report.Won)}</a> that it answers wrong; {100 * report.Own.Result.Agreement:0.0} % of all answers
        are the same.
        """);

    private static string Questions(int count) => count == 1 ? "question" : "questions";

    private static Html Others(ReportData report)
    {
        var presets = report.Methods.Where(method => method.Kind == MethodKind.Preset).ToArray();
        if (presets.Length == 0)
            return default;
        var best = presets.MaxBy(preset => preset.Interval.Difference)!;
        var beaten = presets.Count(preset => preset.Interval.Difference < report.Own.Interval.Difference);
        var how = beaten == presets.Length ? $"better than all {presets.Length}" : $"better than {beaten} of {presets.Length}";
        return Html.Of(
            $"""
            At the same number of tokens it is {how} hand-made methods that were measured; the best of them, {best.Name}, is right in
            {best.Interval.Difference:0.0} %.
            """);
    }

    private static Html Notes(ReportData report, ReductionPlan plan)
    {
        List<Html> notes = [];
        if (report.Questions < report.Rows)
            notes.Add(Html.Of($"Asked were {report.Questions:#,0} of the table's {report.Rows:#,0} questions, those of whole pictures."));
        if (report.TooLong > 0)
            notes.Add(Html.Of($"{report.TooLong:#,0} questions are longer than the model was made for. They count as wrong."));
        if (plan.Sites.Count == 0)
            notes.Add(Html.Of($"The plan has no site: it is the unreduced model."));
        return notes.Count == 0 ? default : Html.Of($"""<ul class="notes">{notes.Select(note => Html.Of($"<li>{note}</li>"))}</ul>""");
    }
}
