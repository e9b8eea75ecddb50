using System.Globalization;
using System.Text.Json.Nodes;

namespace EosMLNet.Tool.CommandLine;

/// <summary>A plan as tables: its sites, its cost layer by layer, and what it was searched under.</summary>
internal static class LedgerTables
{
    /// <summary>All of it.</summary>
    /// <returns>What <c>--json</c> writes.</returns>
    internal static JsonNode PrintPlan(this EosConsole console, ReductionPlan plan)
    {
        console.PrintSites(plan);
        console.PrintLedger(plan);
        console.PrintOrigin(plan);
        return JsonNode.Parse(plan.ToJson())!;
    }

    /// <summary>Writes a plan to a file and prints its sites and cost; prints all of it where there is no file.</summary>
    /// <returns>What <c>--json</c> writes.</returns>
    internal static JsonNode PrintOrSave(this EosConsole console, ReductionPlan plan, string? file)
    {
        if (file is null)
            return console.PrintPlan(plan);
        plan.Save(file);
        console.PrintSites(plan);
        console.PrintCost(plan.Ledger);
        console.Line($"Plan written to {file}");
        return JsonNode.Parse(plan.ToJson())!;
    }

    internal static void PrintSites(this EosConsole console, ReductionPlan plan)
    {
        if (plan.Sites.Count == 0)
            console.Line($"No site: the unreduced model.");
        else
            console.PrintSites(plan.Sites);
    }

    // Two tables: what becomes of the tokens, and which are kept.
    private static void PrintSites(this EosConsole console, IReadOnlyList<ReductionSite> sites)
    {
        console.Table("Sites (γ transfer, τ temperature, ρ reweighting, p proportional attention)",
            ["layer", "keep", "regime", "γ", "τ", "ρ", "p", "affinity"], sites.Select(Cells));
        console.Table("Scores", ["layer", "mixture"], sites.Select(site => new[] { Place(site), Mixture(site) }));
    }

    internal static void PrintLedger(this EosConsole console, ReductionPlan plan)
    {
        var ledger = plan.Ledger;
        console.Table("Visual tokens that enter each layer", ["layer", "tokens", "of"],
            ledger.VisualTokensPerLayer.Select((tokens, layer) => new[] { Text(layer), Text(tokens), Text(plan.Model.VisualTokens) }));
        console.PrintCost(ledger);
    }

    internal static void PrintCost(this EosConsole console, TokenLedger ledger)
    {
        var (macs, cache) = (ledger.MacsRatio, ledger.KvBytesRatio);
        console.Line(
            $"Mean {ledger.Mean:0.###} and final {ledger.Final} visual tokens; MACs {macs:0.000} and key-value cache {cache:0.000}");
        console.Line($"of the unreduced model, {ledger.TextTokens} text tokens supposed.");
    }

    internal static void PrintOrigin(this EosConsole console, ReductionPlan plan)
    {
        if (plan.Constraints.Count > 0)
            console.Table("Constraints", ["kind", "limit", "slack", "multiplier"],
                plan.Constraints.Select(c => new[] { c.Kind.ToString(), Text(c.Limit), Text(c.Slack), Text(c.Multiplier) }));
        if (plan.Provenance is { } p)
        {
            var place = p.DataType is { } type ? $"{p.Device} in {type}" : p.Device;
            console.Line($"Searched with seed {p.Seed} on {p.Samples} samples, by EosMLNet {p.Tool} on {place};");
            console.Line($"data {p.Data}");
        }
        console.Line($"For {plan.Model.Family} with {plan.Model.Layers} layers, {plan.Model.VisualTokens} visual tokens;");
        console.Line($"model {plan.Model.Fingerprint}");
        console.Line(
            $"{(plan.IsQuestionAgnostic ? "Question-agnostic: one reduced image serves several questions." : "Depends on the question.")}");
    }

    private static string[] Cells(ReductionSite site) =>
    [
        Place(site), Text(site.Keep), site.Regime.ToString(), Text(site.Transfer), Text(site.Temperature), Text(site.Reweight),
        Text(site.ProportionalAttention),
        Describe(site),
    ];

    private static string Mixture(ReductionSite site) =>
        string.Join(", ", [.. site.Score.Select(score => $"{score.Key} {Text(score.Value)}"), .. Others(site)]);

    private static string Place(ReductionSite site) => site.Stage switch
    {
        ReductionStage.Tower => $"tower {site.Layer}",
        ReductionStage.Projector => "projector",
        _ => Text(site.Layer),
    };

    // What else than its score decides about a token.
    private static IEnumerable<string> Others(ReductionSite site)
    {
        if (site.Extra is { } extra)
            yield return $"{extra.Count} by {extra.Rule}{(extra.ReceiveAlone ? ", receiving alone" : "")}";
        if (site.Diversity > 0)
            yield return $"diversity {Text(site.Diversity)}";
        if (site.Residual)
            yield return "1 residual";
    }

    private static string Describe(ReductionSite site)
    {
        var affinity = site.Affinity;
        var neighbours = site.Neighbours is { } count ? $", {count} neighbours" : "";
        var spatial = affinity.SpatialSigma is { } sigma ? $", σ {Text(sigma)}" : "";
        var mask = affinity.Mask == AffinityMask.None ? "" : $", {affinity.Mask}";
        return $"{affinity.Feature}{spatial}{mask}{neighbours}";
    }

    private static string Text(double value) =>
        double.IsPositiveInfinity(value) ? "∞" : value.ToString("0.####", CultureInfo.InvariantCulture);
}
