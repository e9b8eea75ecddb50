using System.Text.Json;
using EosMLNet.Tool.Report.Contents;

namespace EosMLNet.Tool.Report.Page;

/// <summary>What the page's script draws, as JSON in which no character can end the script.</summary>
internal static class PageData
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    internal static string Write(ReportData report, ReductionPlan plan, ReportCases cases) => JsonSerializer.Serialize(new
    {
        Methods = report.Methods.Select(method => new
        {
            method.Name,
            Kind = method.Kind.ToString(),
            Value = Rounded(method.Result.Value),
            Low = Rounded(method.Interval.Low),
            High = Rounded(method.Interval.High),
            Macs = Rounded(100 * method.Result.Ledger.MacsRatio),
            Mean = Rounded(method.Result.Ledger.Mean),
        }),
        Families = report.Own.Result.Details.Skip(1).Select(family => new
        {
            Name = family.Key.Length == 0 ? "(none)" : family.Key,
            Plan = Rounded(family.Value),
            Unreduced = Rounded(report.Unreduced.Result.Details[family.Key]),
        }),
        Layers = plan.Ledger.VisualTokensPerLayer.Select(Rounded),
        Unreduced = report.Unreduced.Result.Ledger.VisualTokensPerLayer.Select(Rounded),
        Sites = plan.Sites.Where(site => site.Stage == ReductionStage.Decoder)
            .Select(site => new { site.Layer, Name = PlanWords.Words(site.Regime.ToString()) }),
        report.Latency,
        ByMacs = report.Latency is { } times ? Rounded(times.Unreduced.Median * report.Own.Result.Ledger.MacsRatio) : null,
        Losses = report.Losses.Select(Rounded),
        Groups = new[] { cases.Lost, cases.Won, cases.Examples }.Select(group => group.Shown.Select(one => one.Images)),
        cases.Pictures,
    }, Json);

    // Enough for a drawing; null for what is no number, which JSON does not know.
    private static double? Rounded(double value) => double.IsFinite(value) ? Math.Round(value, 4) : null;
}
