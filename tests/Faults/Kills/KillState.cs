namespace Faults.Kills;

/// <summary>What has become of one kind of work so far: what the report is made of.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Does">What it does, in words.</param>
/// <param name="Seed">Decided about the moments of the last run; each run has the next one.</param>
/// <param name="Kills">Processes that were killed while they worked.</param>
/// <param name="Ended">Runs of the work that came to their end between kills, with the right files.</param>
/// <param name="Files">Files that were looked at after kills.</param>
/// <param name="Left">Temporary files and folders that kills left behind; the next run removed all of them, or it is a fault.</param>
/// <param name="Refused">Files that somebody else's code had written half, and that our reader refused.</param>
/// <param name="Faults">What should not have been, in words, each once.</param>
/// <param name="Seconds">How long all of it took.</param>
/// <param name="Date">When it ended, in UTC.</param>
internal sealed record KillState(
    string Kind, string Does, int Seed, int Kills, int Ended, int Files, int Left, int Refused, IReadOnlyList<string> Faults,
    double Seconds, DateOnly Date);
