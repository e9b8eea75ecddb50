namespace Faults.Cases;

/// <summary>What came of a case.</summary>
/// <param name="Happened">In words.</param>
/// <param name="Code">The error's code, if there was one.</param>
/// <param name="ExitCode">The program's exit code, if there was one.</param>
/// <param name="Holds">Whether it was as promised.</param>
internal sealed record CaseOutcome(string Happened, string? Code, int? ExitCode, bool Holds);
