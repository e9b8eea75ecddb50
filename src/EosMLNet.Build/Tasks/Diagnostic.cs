using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace EosMLNet.Build.Tasks;

/// <summary>An error or a warning with its code, its place and a link to the page that the package brings for each code.</summary>
internal sealed class Diagnostic(bool isError, string code, string file, int line, int column, string text)
{
    private static readonly Regex Canonical = new(
        @"^(?<file>.*?)(\((?<line>\d+)(,(?<column>\d+))?\))? : (?<category>error|warning) (?<code>EOS\d{4}): (?<text>.*)$",
        RegexOptions.CultureInvariant);

    internal bool IsError => isError;

    /// <summary>What a line of the worker says, or null where it is no diagnostic.</summary>
    internal static Diagnostic? Parse(string line)
    {
        var match = Canonical.Match(line);
        string Part(string name) => match.Groups[name].Value;
        return match.Success
            ? new(Part("category") == "error", Part("code"), Part("file"), Number(Part("line")), Number(Part("column")), Part("text"))
            : null;
    }

    /// <summary>As an item, on the way from the project that ran the worker to the project that is being built.</summary>
    internal ITaskItem ToItem()
    {
        var item = new TaskItem(code);
        (string, string)[] parts =
            [("IsError", isError.ToString()), ("File", file), ("Line", Text(line)), ("Column", Text(column)), ("Text", text)];
        foreach (var (name, value) in parts)
            item.SetMetadata(name, SafePropertyValue.Escape(value));
        return item;
    }

    internal static Diagnostic FromItem(ITaskItem item) => new(
        item.GetMetadata("IsError") == bool.TrueString, item.ItemSpec,
        item.GetMetadata("File"), Number(item.GetMetadata("Line")), Number(item.GetMetadata("Column")), item.GetMetadata("Text"));

    internal void LogTo(TaskLoggingHelper log)
    {
        if (isError)
            log.LogError(null, code, null, HelpLink(), file, line, column, 0, 0, "{0}", text);
        else
            log.LogWarning(null, code, null, HelpLink(), file, line, column, 0, 0, "{0}", text);
    }

    private static int Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private string? HelpLink()
    {
        var tasks = Path.GetDirectoryName(Assembly.GetExecutingAssembly().Location)!;
        var page = Path.GetFullPath(Path.Combine(tasks, "..", "..", "docs", $"{code}.md"));
        return File.Exists(page) ? new Uri(page).AbsoluteUri : null;
    }
}
