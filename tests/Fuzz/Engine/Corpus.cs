using Fuzz.Targets;

namespace Fuzz.Engine;

/// <summary>The inputs of a target that lie in the repository.</summary>
internal static class Corpus
{
    private const string Regressions = "regressions";

    /// <summary>Whole files and hostile ones to begin with, by name.</summary>
    internal static IReadOnlyList<string> Seeds(FuzzTarget target) => Files(Folder(target));

    /// <summary>Inputs that were a fault once, by name.</summary>
    internal static IReadOnlyList<string> Findings(FuzzTarget target) => Files(Path.Combine(Folder(target), Regressions));

    /// <summary>Where they lie.</summary>
    internal static string Folder(FuzzTarget target) => Repository.At("tests", "Fuzz", "Corpus", target.Name);

    /// <summary>The files of a folder, by name; none where there is no folder.</summary>
    internal static IReadOnlyList<string> Files(string folder) =>
        Directory.Exists(folder) ? [.. Directory.GetFiles(folder).Order(StringComparer.Ordinal)] : [];
}
