namespace Benchmarks.Report;

/// <summary>A difference between two methods at a budget in <c>quality.json</c>, in percentage points, each averaged over families and seeds.</summary>
/// <param name="Budget">Mean visual tokens.</param>
/// <param name="A">The one method.</param>
/// <param name="B">The other.</param>
/// <param name="Points">The first less the second.</param>
/// <param name="Low">The lower end of the paired 95% interval.</param>
/// <param name="High">The upper end.</param>
/// <param name="BestPreset">Whether the second is the preset of the highest test accuracy at this budget.</param>
internal sealed record Difference(int Budget, string A, string B, double Points, double Low, double High, bool BestPreset);
