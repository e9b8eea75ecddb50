namespace Faults.Cases;

/// <summary>A row of the table.</summary>
/// <param name="Area">The kind of fault.</param>
/// <param name="Done">What was done.</param>
/// <param name="Happened">What happened, in words.</param>
/// <param name="Code">The error's code; null where there was none.</param>
/// <param name="ExitCode">The program's exit code; null where several programs ran, or none.</param>
/// <param name="Holds">Whether it was as promised; null where the machine cannot do it.</param>
/// <param name="Date">When, in UTC.</param>
internal sealed record CaseResult(string Area, string Done, string Happened, string? Code, int? ExitCode, bool? Holds, DateOnly Date);
