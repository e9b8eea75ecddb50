using EosMLNet.Tool.Report.Contents;

namespace EosMLNet.Tool.Report.Page;

/// <summary>The plan: tokens layer by layer, its sites in words, its ledger and what it was searched under.</summary>
internal static class PlanSection
{
    internal static Html Write(ReportData report, ReductionPlan plan)
    {
        var (ledger, unreduced) = (plan.Ledger, report.Unreduced.Result.Ledger);
        return Html.Of(
            $"""
            <section id="plan" aria-labelledby="plan-title"><h2 id="plan-title">What the plan does</h2>
            {Parts.Chart("chart-layers", "Visual tokens layer by layer",
                Text($"Visual tokens that enter each of {plan.Model.Layers} layers: {Steps(ledger)}. ") +
                Text($"Unreduced they are {unreduced.Mean:0.#} everywhere."),
                "What enters each decoder layer. The dotted line is the unreduced model. A drop is a site.",
                Parts.Table("Token ledger", ["Layer", "Visual tokens", "Unreduced", "Sites in front of it"],
                    ledger.VisualTokensPerLayer.Select((tokens, layer) => (IReadOnlyList<string>)
                    [
                        Text($"{layer}"), Text($"{tokens:0.###}"), Text($"{unreduced.VisualTokensPerLayer[layer]:0.###}"),
                        string.Join(", ", plan.Sites.Where(site => site.Stage == ReductionStage.Decoder && site.Layer == layer)
                            .Select(site => site.Regime)),
                    ])))}
            <h3>Sites</h3>
            {Sites(plan)}
            <h3>Ledger</h3>
            <p>Mean {ledger.Mean:0.###} and final {ledger.Final:0.###} visual tokens. Multiply-accumulates
            {100 * ledger.MacsRatio:0.0} % and key-value cache {100 * ledger.KvBytesRatio:0.0} % of the unreduced model,
            {ledger.TextTokens} text tokens supposed.
            {(plan.IsQuestionAgnostic ? "No site looks at the question: one reduced picture serves several questions."
                : "What is kept depends on the question.")}</p>
            {Constraints(plan)}
            </section>

            """);
    }

    private static Html Sites(ReductionPlan plan) => plan.Sites.Count == 0 ? Html.Of($"<p>None: this is the unreduced model.</p>")
        : Html.Of(
            $"""
            <ol class="sites">{plan.Sites.Select(site => Html.Of(
                $"""
                <li><strong>{PlanWords.Place(site)}: {PlanWords.Words(site.Regime.ToString())}.</strong> {PlanWords.Keeps(site)}
                {PlanWords.Chosen(site)} {PlanWords.Others(site)}</li>
                """))}</ol>
            {Parts.Table("Sites", ["Site", "Keep", "Regime", "Transfer γ", "Temperature τ", "Reweighting ρ", "Diversity δ",
                "Proportional attention"], plan.Sites.Select(Row))}
            """);

    private static IReadOnlyList<string> Row(ReductionSite site) =>
    [
        PlanWords.Place(site), site.KeepShare is { } share ? Text($"{100 * share:0.##} %") : Text($"{site.Keep}"), site.Regime.ToString(),
        Text($"{site.Transfer:0.####}"), double.IsPositiveInfinity(site.Temperature) ? "∞" : Text($"{site.Temperature:0.####}"),
        Text($"{site.Reweight:0.####}"), Text($"{site.Diversity:0.####}"), Text($"{site.ProportionalAttention:0.####}"),
    ];

    private static Html Constraints(ReductionPlan plan) => plan.Constraints.Count == 0 ? default : Html.Of(
        $"""
        <h3>Limits of the search</h3>
        {Parts.Table("Limits of the search", ["Limit", "At most", "Left", "What it cost (multiplier)"], plan.Constraints.Select(limit =>
            (IReadOnlyList<string>)
            [
                PlanWords.Words(limit.Kind.ToString()!), Text($"{limit.Limit:0.####}"), Text($"{limit.Slack:0.####}"),
                Text($"{limit.Multiplier:0.####}"),
            ]))}
        """);

    // 144 from layer 0, 16 from layer 2.
    private static string Steps(TokenLedger ledger) => string.Join(", ", ledger.VisualTokensPerLayer.Index()
        .Where(layer => layer.Index == 0 || ledger.VisualTokensPerLayer[layer.Index - 1] != layer.Item)
        .Select(layer => Text($"{layer.Item:0.#} from layer {layer.Index} on")));

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
