namespace Faults.Cases;

/// <summary>All faults but kills.</summary>
internal static class FaultCases
{
    internal static IReadOnlyList<FaultCase> All { get; } =
        [.. DiskCases.All, .. PermissionCases.All, .. OutputCases.All, .. ChangeCases.All, .. ClockCases.All, .. SharingCases.All, .. MemoryCases.All];
}
