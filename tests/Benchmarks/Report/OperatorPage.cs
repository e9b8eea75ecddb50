using System.Globalization;
using System.Text;
using Benchmarks.Quality;

namespace Benchmarks.Report;

/// <summary>Writes <c>operators.md</c>: what the operator search wanted where, on each model.</summary>
internal static class OperatorPage
{
    /// <summary>The page.</summary>
    /// <param name="all">The models, with the images that show their plans.</param>
    /// <param name="remarks">What a person has to say about them; null for nothing.</param>
    internal static string Write(IReadOnlyList<(QualityResults Results, IReadOnlyList<string> Images)> all, string? remarks)
    {
        var page = new StringBuilder("""
            # What the search wanted where

            The tables and images are written by `dotnet run --project tests/Benchmarks -c Release -- quality --report`, of the searches that
            [quality.md](quality.md) measures. The words in front of them are a person's.


            """.ReplaceLineEndings("\n"));
        if (remarks is not null)
            page.Append(remarks.Trim()).Append("\n\n");
        foreach (var (results, images) in all.Where(one => one.Results.Searched.Any()))
        {
            page.Append(CultureInfo.InvariantCulture, $"## {results.Bench.Subject.Name}: {results.Bench.PlanModel.VisualTokens} visual tokens, {results.Bench.Model.LayerCount} layers\n\n");
            Sites(page, results);
            Parts(page, results);
            page.Append("""
                ### The plans of seed 1

                γ is the part of its mass that a dropped token gives away. τ is 0 where it goes to the most similar anchor alone, ∞ where all get
                the same. ρ is the gain by score. δ is how much likeness to an anchor before counts against a score. The score's parts are of its
                weights' sum.


                """.ReplaceLineEndings("\n")).Append(MarkdownTable.Of(OperatorTable.Header, OperatorTable.Rows(results))).Append('\n');
            page.Append(CultureInfo.InvariantCulture, $"### In pictures\n\nThe question of the images is “{results.Bench.Data.Test.Examples[0].Question}”.\n\n");
            foreach (var image in images)
                page.Append(CultureInfo.InvariantCulture, $"![{Path.GetFileNameWithoutExtension(image)}]({image})\n\n");
        }
        return page.ToString();
    }

    // All seeds: how many sites of which kind, and where.
    private static void Sites(StringBuilder page, QualityResults results)
    {
        page.Append("### Sites of all plans\n\n").Append(MarkdownTable.Of(
            ["mean tokens", "sees the question", "plans", "accuracy", "sites, by the layer behind them", "sites, by regime", "γ", "δ"],
            results.Searched.Concat(results.Of(QualityTrials.Agnostic)).GroupBy(done => (done.Trial.Budget, done.Trial.Section)).OrderByDescending(plans => plans.Key.Budget).Select(plans =>
            {
                ReductionSite[] sites = [.. plans.SelectMany(done => done.Plan.Sites)];
                return new[]
                {
                    $"{plans.Key.Budget}", plans.Key.Section == QualityTrials.Agnostic ? "" : "yes", $"{plans.Count()}", ReportNumbers.Percent(plans.Average(done => done.Accuracy)),
                    Counted(sites.GroupBy(site => site.Layer).OrderBy(same => same.Key).Select(same => ($"layer {same.Key}", same.Count()))),
                    Counted(sites.GroupBy(site => site.Regime).OrderByDescending(same => same.Count()).Select(same => (same.Key.ToString(), same.Count()))),
                    Range(sites.Select(site => site.Transfer)), Range(sites.Select(site => site.Diversity)),
                };
            }))).Append('\n');

        static string Counted(IEnumerable<(string Name, int Count)> groups) => string.Join(", ", groups.Select(group => $"{group.Name}: {group.Count}"));
    }

    private static void Parts(StringBuilder page, QualityResults results)
    {
        string[] searches = [Ablations.Nothing, .. Ablations.Parts.Select(part => part.Without)];
        var rows = AblationTable.Rows(results.Of(Ablations.Section).Where(done => searches.Contains(done.Trial.Method))).ToList();
        if (rows.Count < 2)
            return;
        var settings = results.Bench.Settings;
        page.Append(CultureInfo.InvariantCulture, $"### Without a part, {settings.AblationBudget} mean tokens\n\n")
            .Append(CultureInfo.InvariantCulture, $"Searches of {settings.AblationSteps:0.##} of the usual steps; each difference is from the first row, with the same seeds.\n\n")
            .Append(MarkdownTable.Of(AblationTable.Header, rows)).Append('\n');
    }

    private static string Range(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[0] == sorted[^1] ? ReportNumbers.Parameter(sorted[0]) : $"{ReportNumbers.Parameter(sorted[0])} to {ReportNumbers.Parameter(sorted[^1])}";
    }
}
