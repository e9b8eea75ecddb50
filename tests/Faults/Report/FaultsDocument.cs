using Faults.Cases;
using Faults.Kills;
using Fuzz.Report;

namespace Faults.Report;

/// <summary>What <c>report</c> writes.</summary>
/// <param name="Hardware">The machine.</param>
/// <param name="Kills">A row a kind of work.</param>
/// <param name="Cases">A row a fault.</param>
internal sealed record FaultsDocument(string Hardware, IReadOnlyList<KillState> Kills, IReadOnlyList<CaseResult> Cases)
{
    /// <summary>Its section in <c>reliability.json</c>.</summary>
    internal const string Section = "faults";

    /// <summary>The report that is there, which runs on a new machine go on from; null where there is none.</summary>
    internal static FaultsDocument? Committed() => ReliabilityFiles.Read<FaultsDocument>(Section);
}
