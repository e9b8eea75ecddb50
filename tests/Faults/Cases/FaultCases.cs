namespace Faults.Cases;

/// <summary>All faults but kills.</summary>
internal static class FaultCases
{
    internal static IReadOnlyList<FaultCase> All { get; } =
    [
        .. DiskCases.All, .. PermissionCases.All, .. OutputCases.All, .. ChangeCases.All, .. ClockCases.All, .. SharingCases.All,
        .. MemoryCases.All,
    ];

    /// <summary>Those whose words have a text.</summary>
    internal static IEnumerable<FaultCase> With(string text) =>
        All.Where(one => $"{one.Area}: {one.Done}".Contains(text, StringComparison.Ordinal));
}
