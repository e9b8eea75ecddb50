using Fuzz.Report;

namespace Load.Report;

/// <summary>The section on load of <c>reliability.json</c>.</summary>
/// <param name="Rows">A row a kind.</param>
internal sealed record LoadDocument(IReadOnlyList<LoadRow> Rows)
{
    private const string Section = "load";

    /// <summary>Writes a row into both files of a folder, in the place of an older one.</summary>
    internal static void Write(string folder, LoadRow row, IReadOnlyList<string> order)
    {
        var others = ReliabilityFiles.Read<LoadDocument>(Section, folder)?.Rows ?? [];
        var rows = others.Where(other => other.Kind != row.Kind).Append(row).ToDictionary(one => one.Kind);
        var document = new LoadDocument([.. order.Where(rows.ContainsKey).Select(kind => rows[kind])]);
        ReliabilityFiles.Write(folder, Section, document, LoadSection.Heading, LoadSection.Write(document));
    }
}
