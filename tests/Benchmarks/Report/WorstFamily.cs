namespace Benchmarks.Report;

/// <summary>The question family that a method loses most on against the unreduced model.</summary>
/// <param name="Name">The family; <see langword="null"/> where the method loses on none.</param>
/// <param name="Points">The method less the unreduced model there, in percentage points, averaged over seeds.</param>
internal sealed record WorstFamily(string? Name, double Points)
{
    /// <summary>Finds it. Of equal losses the first family counts.</summary>
    /// <param name="seeds">The accuracy by family of each seed's plan.</param>
    /// <param name="whole">That of the unreduced model.</param>
    internal static WorstFamily Of(IReadOnlyList<IReadOnlyDictionary<string, double>> seeds, IReadOnlyDictionary<string, double> whole)
    {
        var worst = whole.Select(family => new WorstFamily(family.Key, Points(family.Key))).MinBy(family => family.Points)!;
        return worst.Points < 0 ? worst : new WorstFamily(null, 0);

        double Points(string family) => Math.Round(100 * (seeds.Average(accuracies => accuracies[family]) - whole[family]), 2);
    }
}
