namespace Gpu.Report;

/// <summary>One step of a search.</summary>
/// <param name="Batch">Questions with their images.</param>
/// <param name="StepSeconds">The median second to the next step; <see langword="null"/> where it could not be made.</param>
/// <param name="PeakBytes">The most device memory that was taken so far, weights included; <see langword="null"/> where it cannot be told.</param>
/// <param name="Note">Why there is no time.</param>
internal sealed record SearchRow(int Batch, double? StepSeconds, long? PeakBytes, string? Note);
