using Faults.Cases;
using Faults.Kills;

namespace Faults.Report;

/// <summary>What <c>report</c> writes.</summary>
/// <param name="Hardware">The machine.</param>
/// <param name="Kills">A row a kind of work.</param>
/// <param name="Cases">A row a fault.</param>
internal sealed record FaultsDocument(string Hardware, IReadOnlyList<KillState> Kills, IReadOnlyList<CaseResult> Cases);
