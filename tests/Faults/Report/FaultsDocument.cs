using Benchmarks.Report;
using Faults.Cases;
using Faults.Commands;
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

    /// <summary>How far a kind of work has come, by earlier runs here, or on a new machine by the report that is there.</summary>
    internal static KillState? Reached(string work, KillKind kind) =>
        ResultFile.Load<KillState>(Killer.StateFile(work, kind)) ?? Committed()?.Kills.FirstOrDefault(row => row.Kind == kind.Name);

    /// <summary>The faults that were done, in the same way.</summary>
    internal static IReadOnlyList<CaseResult> Done(string work) =>
        ResultFile.Load<CaseResult[]>(Path.Combine(work, CheckCommand.FileName)) ?? Committed()?.Cases ?? [];

    private static FaultsDocument? Committed() => ReliabilityFiles.Read<FaultsDocument>(Section);
}
