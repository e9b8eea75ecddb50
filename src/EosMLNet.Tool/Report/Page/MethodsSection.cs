using EosMLNet.Tool.Report.Contents;

namespace EosMLNet.Tool.Report.Page;

/// <summary>Accuracy against cost, method beside method, and family by family.</summary>
internal static class MethodsSection
{
    internal static Html Write(ReportData report) => Html.Of(
        $"""
        <section id="accuracy" aria-labelledby="accuracy-title"><h2 id="accuracy-title">Accuracy against cost</h2>
        <div class="pair">
        {Parts.Chart("chart-cost", "What the work buys",
            $"Accuracy against the decoder's multiply-accumulates, a point for each of {report.Methods.Count} methods. " +
            "The table below has its numbers.",
            "Further left is cheaper, further up is better. Bars are 95% intervals: how far the figure may move with other pictures of " +
            "this kind.", default)}
        {Parts.Chart("chart-methods", "Method beside method",
            $"Accuracy of each method with its 95% interval, the best on top. The best is {Best(report)}. The table below has its numbers.",
            "The best on top. The dotted line is the unreduced model. Hand-made methods have the plan's own budget of tokens.", default)}
        </div>
        {Parts.Table("All methods", ["Method", "Accuracy, % (95% interval)", "To unreduced, points (95% interval)",
            "Same answers, %", "Mean tokens", "Final tokens", "MACs, %", "KV cache, %", "ms an answer"], report.Methods.Select(Row))}
        <p class="small">Accuracy is {report.Metric.Replace("accuracy, ", "in ", StringComparison.Ordinal)}. Differences are paired: the
        same questions, pictures drawn with replacement. Milliseconds an answer are rough: the unreduced model, which comes first, encodes
        the pictures for all.</p>
        {LeftOut(report)}
        {Families(report)}
        </section>

        """);

    private static string Best(ReportData report) => report.Methods.MaxBy(method => method.Interval.Difference)!.Name;

    private static IReadOnlyList<string> Row(ReportMethod method)
    {
        var (ledger, interval) = (method.Result.Ledger, method.Interval);
        return
        [
            method.Name, Text($"{method.Result.Value:0.00} ({interval.Low:0.00} to {interval.High:0.00})"),
            method.ToUnreduced is { } gap
                ? Text($"{gap.Difference:+0.00;−0.00;0.00} ({gap.Low:+0.00;−0.00;0.00} to {gap.High:+0.00;−0.00;0.00})") : "",
            Text($"{100 * method.Result.Agreement:0.0}"), Text($"{ledger.Mean:0.###}"), Text($"{ledger.Final:0.###}"),
            Text($"{100 * ledger.MacsRatio:0.0}"), Text($"{100 * ledger.KvBytesRatio:0.0}"),
            Text($"{method.Result.MillisecondsPerAnswer:0.0}"),
        ];
    }

    private static Html LeftOut(ReportData report) => report.LeftOut.Count == 0 ? default : Html.Of(
        $"""
        <p class="small">Left out, since this model has no place for them:</p>
        <ul class="small">{report.LeftOut.Select(one => Html.Of($"<li>{one}</li>"))}</ul>
        """);

    // The first detail is the mean over all rows; the others are families.
    private static Html Families(ReportData report)
    {
        var (own, unreduced) = (report.Own.Result.Details, report.Unreduced.Result.Details);
        if (own.Count == 0)
            return default;
        var table = Parts.Table("Families of questions", ["Family", "Plan, %", "Unreduced, %", "Difference, points"],
            own.Select((family, i) => (IReadOnlyList<string>)
            [
                family.Key.Length == 0 ? "(none)" : family.Key, Text($"{family.Value:0.00}"), Text($"{unreduced[family.Key]:0.00}"),
                Text($"{family.Value - unreduced[family.Key]:+0.00;−0.00;0.00}"),
            ]));
        var worst = own.Skip(1).MinBy(family => family.Value - unreduced[family.Key]);
        return Parts.Chart("chart-families", "Family by family",
            $"Accuracy of each family of questions, plan and unreduced. {(worst.Key.Length == 0 ? "(none)" : worst.Key)} changes worst.",
            "Families that the plan costs most are on top.", table);
    }

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
