using EosMLNet.Tool.Report.Contents;

namespace EosMLNet.Tool.Report.Page;

/// <summary>How long prefill takes, measured and predicted.</summary>
internal static class LatencySection
{
    internal static Html Write(ReportData report) => Html.Of(
        $"""
        <section id="speed" aria-labelledby="speed-title"><h2 id="speed-title">Speed</h2>
        {(report.Latency is { } times ? Measured(report, times) : Html.Of($"<p>{report.NoLatency}</p>"))}
        </section>

        """);

    private static Html Measured(ReportData report, ReportLatency times)
    {
        var supposed = times.Unreduced.Median * report.Own.Result.Ledger.MacsRatio;
        return Html.Of(
            $"""
            <p>{times.Remark} Timed were {times.Questions} questions, {times.Rounds} times each, one prompt at a time, with
            {times.TextTokens} text tokens on average, the plan and the unreduced model in turns. It is the time from the prompt, its
            picture encoded, to the first token of the answer. A busy machine makes all of it longer.</p>
            {Parts.Chart("chart-latency", "Time to the first token",
                $"Median times: plan {Parts.Milliseconds(times.Plan.Median)} ms, " +
                $"unreduced {Parts.Milliseconds(times.Unreduced.Median)} ms.",
                "Medians; the bars hold the middle half of the measurements." + (times.PredictedUnreduced is null ? "" :
                " Predicted is what the latency table says."),
                Parts.Table("Times in milliseconds", ["Model", "Median", "Middle half", "Predicted by the latency table",
                    "If time followed the MACs"],
                [
                    ["Plan", Parts.Milliseconds(times.Plan.Median), Half(times.Plan),
                        Predicted(times.PredictedPlan), Parts.Milliseconds(supposed)],
                    ["Unreduced", Parts.Milliseconds(times.Unreduced.Median), Half(times.Unreduced),
                        Predicted(times.PredictedUnreduced), ""],
                ]))}
            """);
    }

    private static string Predicted(double? milliseconds) => milliseconds is { } known ? Parts.Milliseconds(known) : "no table";

    private static string Half(LatencySpread spread) => $"{Parts.Milliseconds(spread.Low)} to {Parts.Milliseconds(spread.High)}";
}
