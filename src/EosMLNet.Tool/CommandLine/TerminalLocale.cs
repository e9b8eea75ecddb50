namespace EosMLNet.Tool.CommandLine;

/// <summary>
/// The locale that a terminal was set up for, as the C library finds it. Where it names a character set, .NET writes that; where it names
/// none, as <c>C</c>, .NET writes UTF-8, which such a terminal need not know.
/// </summary>
internal static class TerminalLocale
{
    /// <summary>The variable that decides, and its value; null where none is set.</summary>
    internal static (string Variable, string Value)? Set { get; } = new[] { "LC_ALL", "LC_CTYPE", "LANG" }
        .Select(name => (Name: name, Value: Environment.GetEnvironmentVariable(name))).Where(one => !string.IsNullOrEmpty(one.Value))
        .Select(one => ((string, string)?)(one.Name, one.Value!)).FirstOrDefault();

    /// <summary>
    /// Whether a locale was chosen that names no character set. Where nothing was chosen, as in many containers, UTF-8 it is.
    /// </summary>
    internal static bool IsAscii { get; } = !OperatingSystem.IsWindows() && Set is { } set && !set.Value.Contains('.');
}
