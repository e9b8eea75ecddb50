using System.Globalization;
using EosMLNet.Tool.Report.Contents;

namespace EosMLNet.Tool.Report.Page;

/// <summary>How the search went, and where everything comes from.</summary>
internal static class OriginSection
{
    internal static Html Write(ReportData report, DateTimeOffset now) => Html.Of(
        $"""
        {Search(report)}
        <section id="origin" aria-labelledby="origin-title"><h2 id="origin-title">Where this comes from</h2>
        <dl class="facts">{report.Facts.Append(new("Written", now.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture)))
            .Select(fact => Html.Of($"<dt>{fact.Name}</dt><dd>{fact.Value}</dd>"))}</dl>
        </section>

        """);

    private static Html Search(ReportData report) => report.Losses.Count == 0 ? default : Html.Of(
        $"""
        <section id="search" aria-labelledby="search-title"><h2 id="search-title">The search</h2>
        {Parts.Chart("chart-search", "Loss of every step", FormattableString.Invariant(
            $"The loss of {report.Losses.Count} steps: {report.Losses[0]:0.###} at first, {report.Losses[^1]:0.###} at last."),
            "Thin: each step's mean cross-entropy of the answers' tokens. Thick: the mean of the steps around it.", default)}
        </section>

        """);
}
