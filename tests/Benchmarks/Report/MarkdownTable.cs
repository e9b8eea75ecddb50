namespace Benchmarks.Report;

/// <summary>A table of a page: names on the left, numbers on the right.</summary>
internal static class MarkdownTable
{
    internal static string Of(IReadOnlyList<string> header, IEnumerable<IReadOnlyList<string>> rows) =>
        $"| {string.Join(" | ", header)} |\n|{string.Concat(header.Select((_, i) => i == 0 ? "---|" : "---:|"))}\n"
        + string.Concat(rows.Select(row => $"| {string.Join(" | ", row)} |\n"));
}
