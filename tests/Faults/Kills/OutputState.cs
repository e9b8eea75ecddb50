namespace Faults.Kills;

/// <summary>What was found after a kill.</summary>
/// <param name="Files">Files that were looked at.</param>
/// <param name="Left">Temporary files and folders.</param>
/// <param name="Refused">Files that are half, by somebody else's code, and that our reader refuses.</param>
/// <param name="Faults">What should not be, in words.</param>
internal sealed record OutputState(int Files, IReadOnlyList<string> Left, int Refused, IReadOnlyList<string> Faults);
