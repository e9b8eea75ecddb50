using Benchmarks.Quality;

namespace Benchmarks.Report;

/// <summary>Searches with one thing changed beside the search as it comes, each compared with those of the same seeds.</summary>
internal static class AblationTable
{
    internal static readonly string[] Header = ["search", "accuracy", "seeds", "difference", "seconds"];

    /// <summary>A row for each change that is measured; none where the search as it comes is not.</summary>
    /// <param name="done">The plans of all searches.</param>
    internal static IEnumerable<string[]> Rows(IEnumerable<Measured> done)
    {
        var changes = done.GroupBy(plan => plan.Trial.Method).ToList();
        var usual = changes.FirstOrDefault(change => change.Key == Ablations.Nothing)?.ToDictionary(plan => plan.Trial.Seed, plan => plan.Accuracy) ?? [];
        foreach (var change in changes)
        {
            Measured[] plans = [.. change.Where(plan => usual.ContainsKey(plan.Trial.Seed))];
            if (plans.Length == 0)
                continue;
            yield return
            [
                change.Key, ReportNumbers.Percent(plans.Average(plan => plan.Accuracy)), string.Join(", ", plans.Select(plan => plan.Trial.Seed).Order()),
                change.Key == Ablations.Nothing ? "" : ReportNumbers.Signed(plans.Average(plan => plan.Accuracy - usual[plan.Trial.Seed])),
                FormattableString.Invariant($"{plans.Average(plan => plan.Cost.Seconds):0}"),
            ];
        }
    }
}
