using Benchmarks.Quality;
using static Benchmarks.Report.ReportNumbers;

namespace Benchmarks.Report;

/// <summary>What the operator search wanted where: the sites of its plans of seed 1, a row each.</summary>
internal static class OperatorTable
{
    internal static readonly string[] Header =
        ["mean tokens", "in front of layer", "keeps", "regime", "γ", "τ", "ρ", "δ", "mass in attention", "score"];

    internal static IEnumerable<string[]> Rows(QualityResults results) =>
        from done in results.Searched
        where done.Trial.Seed == 1
        from site in done.Plan.Sites
        select new[]
        {
            $"{done.Trial.Budget}", $"{site.Layer}", $"{site.Keep}", $"{site.Regime}", Parameter(site.Transfer), site.Transfer > 0 ? Temperature(site) : "",
            Parameter(site.Reweight), Parameter(site.Diversity), Parameter(site.ProportionalAttention), Score(site),
        };

    /// <summary>τ, as it is written.</summary>
    internal static string Temperature(ReductionSite site) => double.IsPositiveInfinity(site.Temperature) ? "∞" : Parameter(site.Temperature);

    // The heaviest first, as parts of all; what is negative counts against a token.
    private static string Score(ReductionSite site)
    {
        var all = site.Score.Values.Sum(Math.Abs);
        return string.Join(", ", site.Score.OrderByDescending(part => Math.Abs(part.Value)).Where(part => Math.Abs(part.Value) >= 0.01 * all)
            .Select(part => FormattableString.Invariant($"{part.Key} {part.Value / all:0.##}")));
    }
}
