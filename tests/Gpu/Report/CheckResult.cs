namespace Gpu.Report;

/// <summary>Something that must hold.</summary>
/// <param name="Name">What.</param>
/// <param name="Passed">Whether it does.</param>
/// <param name="Detail">By how much, or why not.</param>
internal sealed record CheckResult(string Name, bool Passed, string Detail);
