using Fuzz.Engine;

namespace Fuzz.Report;

/// <summary>The last campaign on a reader.</summary>
/// <param name="Target">The target.</param>
/// <param name="Reader">What is read.</param>
/// <param name="Inputs">Inputs that were tried.</param>
/// <param name="Accepted">How many of them were read rather than refused.</param>
/// <param name="Edges">Edges between blocks of code that they went.</param>
/// <param name="Kept">Inputs that were faults once, of different places, and are tests now.</param>
/// <param name="Open">Faults of different places that the campaign has found.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Seed">What decided about its inputs.</param>
/// <param name="Date">When it ended, in UTC.</param>
internal sealed record FuzzRow(
    string Target, string Reader, long Inputs, long Accepted, int Edges, int Kept, int Open, double Seconds, int Seed, DateOnly Date)
{
    /// <summary>The row of a campaign.</summary>
    internal static FuzzRow Of(CampaignState reached, string reader, int kept) => new(reached.Target, reader, reached.Inputs, reached.Accepted,
        reached.Edges, kept, reached.Findings, reached.Seconds, reached.Seed, reached.Date);

    /// <summary>The row of a reader in the report that is there; null where it has none.</summary>
    internal static FuzzRow? Committed(string target) =>
        ReliabilityFiles.Read<FuzzDocument>(FuzzDocument.Section)?.Rows.FirstOrDefault(row => row.Target == target);

    /// <summary>The campaign that the row is of, which a run on another machine goes on from.</summary>
    internal CampaignState ToState() => new(Target, Seed, Inputs, Accepted, Edges, Kept, Seconds, Open, Date);
}
