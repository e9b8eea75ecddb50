using System.Text.RegularExpressions;

namespace Site.Tests;

/// <summary>The pages that are written for readers, as they lie in the repository.</summary>
internal static partial class Pages
{
    /// <summary>The README and the pages of build/docs, relative to the repository's root.</summary>
    internal static IReadOnlyList<string> All { get; } =
    [
        "README.md",
        .. Directory.EnumerateFiles(Repository.At("build", "docs"), "*.md", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Repository.At(), file).Replace('\\', '/')).Order(StringComparer.Ordinal),
    ];

    /// <summary>Those that show a reader what to type.</summary>
    internal static IEnumerable<string> Guides => All.Where(page => page == "README.md" || GuidePath().IsMatch(page));

    internal static string Text(string page) => File.ReadAllText(Repository.At(page.Split('/'))).ReplaceLineEndings("\n");

    [GeneratedRegex("^build/docs/(quick-start/|guides/)?[^/]+[.]md$")]
    private static partial Regex GuidePath();
}
