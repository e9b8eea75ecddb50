using System.Text.RegularExpressions;

namespace Faults.Cases;

/// <summary>What one run of the program returned and wrote.</summary>
internal sealed partial record CaseRun(int ExitCode, string Output, string Error)
{
    /// <summary>In the place of an exit code, of a program that did not end.</summary>
    internal const int Hung = -1;

    /// <summary>The code of its error; null where it said none.</summary>
    internal string? Code => Codes().Match(Error + Output) is { Success: true } found ? found.Groups[1].Value : null;

    /// <summary>What it said of its error; the exit code where it said nothing.</summary>
    internal string Told => ExitCode == Hung ? "it did not end" : Error.Trim().Length > 0 ? Error.Trim()
        : Output.Split('\n').FirstOrDefault(line => Codes().IsMatch(line)) ?? $"exit code {ExitCode}"; // builds speak to MSBuild

    [GeneratedRegex("error (EOS[0-9]{4}): ")]
    private static partial Regex Codes();
}
