using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Build.Utilities;

namespace EosMLNet.Build.Tasks;

/// <summary>Errors with their code, their place and a link to the page that the package brings for each code.</summary>
internal static class Diagnostics
{
    private static readonly Regex Canonical = new(@"^(?<origin>.*?)(\((?<line>\d+),(?<column>\d+)\))? : (?<category>error|warning) (?<code>EOS\d{4}): (?<text>.*)$", RegexOptions.CultureInvariant);

    internal static void Error(this TaskLoggingHelper log, string code, string file, int line, int column, string text) =>
        log.LogError(null, code, null, HelpLink(code), file, line, column, 0, 0, "{0}", text);

    /// <summary>Logs a line of the worker as the error or warning that it says it is.</summary>
    /// <returns>False where it says no such thing.</returns>
    internal static bool TryLogCanonical(this TaskLoggingHelper log, string text)
    {
        var match = Canonical.Match(text);
        if (!match.Success)
            return false;
        var (code, file, message) = (match.Groups["code"].Value, match.Groups["origin"].Value, match.Groups["text"].Value);
        var (line, column) = (Number(match.Groups["line"]), Number(match.Groups["column"]));
        if (match.Groups["category"].Value == "error")
            log.LogError(null, code, null, HelpLink(code), file, line, column, 0, 0, "{0}", message);
        else
            log.LogWarning(null, code, null, HelpLink(code), file, line, column, 0, 0, "{0}", message);
        return true;
    }

    private static int Number(Group group) => group.Success && int.TryParse(group.Value, out var number) ? number : 0;

    private static string? HelpLink(string code)
    {
        var page = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Assembly.GetExecutingAssembly().Location)!, "..", "..", "docs", $"{code}.md"));
        return File.Exists(page) ? new Uri(page).AbsoluteUri : null;
    }
}
