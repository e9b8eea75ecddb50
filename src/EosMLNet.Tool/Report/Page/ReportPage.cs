using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using EosMLNet.Tool.Report.Contents;

namespace EosMLNet.Tool.Report.Page;

/// <summary>
/// The whole page in one text. It names no other file and no address, and forbids itself the network, other scripts than its own two, and
/// forms: what stands in a table of questions cannot become more than text.
/// </summary>
internal static class ReportPage
{
    internal static string Write(ReportData report, ReductionPlan plan, ReportCases cases, DateTimeOffset now)
    {
        var (library, script) = (Asset("plotly.js"), Asset("report.js"));
        var policy = $"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src {Hash(library)} {Hash(script)}; " +
            "base-uri 'none'; form-action 'none'";
        return Html.Of(
            $"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="{policy}">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>{report.Plan} on {report.Model}: report</title>
            <style>
            {new Html(Asset("report.css"))}</style>
            </head>
            <body>
            <a class="skip" id="top" href="#summary">To the summary</a>
            <header><p class="kind">Report of a reduction plan</p><h1>{report.Plan} on {report.Model}</h1>
            <nav aria-label="Sections"><ul>{Sections(report).Select(section => Html.Of(
                $"""<li><a href="#{section.Id}">{section.Name}</a></li>"""))}</ul></nav>
            </header>
            <main>
            <noscript><p class="notes">Charts and tokens are drawn by a script in this file, which is switched off here. All numbers stand
            in the tables.</p></noscript>
            {SummarySection.Write(report, plan)}
            {MethodsSection.Write(report)}
            {PlanSection.Write(report, plan)}
            {LatencySection.Write(report)}
            {CasesSection.Write(plan, cases)}
            {OriginSection.Write(report, now)}
            </main>
            <footer><p class="small">Written by EosMLNet. Charts are drawn by plotly.js (MIT licence), which is in this file.</p></footer>
            <script type="application/json" id="data">{new Html(PageData.Write(report, plan, cases))}</script>
            <script>{new Html(library)}</script>
            <script>{new Html(script)}</script>
            </body>
            </html>

            """).Markup;
    }

    private static IEnumerable<(string Id, string Name)> Sections(ReportData report)
    {
        yield return ("summary", "Summary");
        yield return ("accuracy", "Accuracy");
        yield return ("plan", "Plan");
        yield return ("speed", "Speed");
        yield return ("lost", "Lost");
        yield return ("won", "Won");
        yield return ("pictures", "Pictures");
        if (report.Losses.Count > 0)
            yield return ("search", "Search");
        yield return ("origin", "Origin");
    }

    private static string Hash(string script) => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)))}'";

    private static string Asset(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"EosMLNet.Tool.Report.{name}")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n"); // as browsers hash it
    }
}
