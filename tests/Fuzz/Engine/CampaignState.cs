namespace Fuzz.Engine;

/// <summary>How far a campaign has come: what the report is made of.</summary>
/// <param name="Target">The target.</param>
/// <param name="Seed">Decides about the inputs of its last process; each process has the next one.</param>
/// <param name="Inputs">Inputs that were tried.</param>
/// <param name="Accepted">How many of them were read rather than refused.</param>
/// <param name="Edges">Edges between blocks of code that they went.</param>
/// <param name="Kept">Inputs that each went a way of their own.</param>
/// <param name="Seconds">How long that took.</param>
/// <param name="Findings">Faults of different places that were found.</param>
/// <param name="Date">When it ended, in UTC.</param>
internal sealed record CampaignState(
    string Target, int Seed, long Inputs, long Accepted, int Edges, int Kept, double Seconds, int Findings, DateOnly Date);
