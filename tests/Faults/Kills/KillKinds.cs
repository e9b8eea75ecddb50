namespace Faults.Kills;

/// <summary>All kinds of work.</summary>
internal static class KillKinds
{
    internal static IReadOnlyList<KillKind> All { get; } =
    [
        new SearchKill(), new ResumedSearchKill(), new ExportKill(), new ConvertedExportKill(), new ArtifactKill(), new SavedModelKill(),
        new BuildKill(),
    ];

    /// <summary>Those of these names; all where there are none.</summary>
    internal static IReadOnlyList<KillKind> Named(IReadOnlyList<string> names) => names.Count == 0 ? All
        : [.. names.Select(name => All.FirstOrDefault(kind => kind.Name == name)
            ?? throw new ArgumentException($"There is no kind '{name}'; there are {string.Join(", ", All.Select(kind => kind.Name))}."))];
}
