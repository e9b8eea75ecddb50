namespace Faults.Kills;

/// <summary>All kinds of work.</summary>
internal static class KillKinds
{
    internal static IReadOnlyList<KillKind> All { get; } =
    [
        new SearchKill(), new ResumedSearchKill(), new ExportKill(), new ConvertedExportKill(), new ArtifactKill(), new SavedModelKill(),
        new BuildKill(),
    ];
}
