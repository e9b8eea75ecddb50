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
    string Target, string Reader, long Inputs, long Accepted, int Edges, int Kept, int Open, double Seconds, int Seed, DateOnly Date);
