namespace Gpu.Report;

/// <summary>How a section of the run ended.</summary>
/// <param name="Name">The section.</param>
/// <param name="Outcome"><c>done</c>, <c>failed</c>, <c>timed out</c> or <c>not reached</c>.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Problem">What it said where it is not done.</param>
internal sealed record SectionState(string Name, string Outcome, double Seconds, string? Problem);
