namespace EosMLNet.Checkpoints;

/// <summary>What to say about a header that is not the expected one, where the reason is plain to see.</summary>
public static class TableHints
{
    private static readonly (char Mark, string Name)[] Separators = [(',', "commas"), (';', "semicolons")];

    /// <summary>A sentence, with a space in front of it; empty where there is none to say.</summary>
    /// <param name="names">The header's columns, as they were read.</param>
    /// <param name="missing">Columns that were looked for and not found.</param>
    public static string ForHeader(IReadOnlyList<string> names, IReadOnlyList<string> missing)
    {
        if (names is [var only])
        {
            foreach (var (mark, name) in Separators)
            {
                var parts = only.Split(mark).Select(part => part.Trim().Trim('"'));
                if (parts.Intersect(missing, StringComparer.OrdinalIgnoreCase).Any())
                    return $" The header is separated by {name}: save the table with tabs between the columns (TSV).";
            }
        }
        string? Found(string wanted) => names.FirstOrDefault(name => name.Trim('"').Equals(wanted, StringComparison.OrdinalIgnoreCase));
        var spelt = missing.Select(wanted => (Wanted: wanted, Found: Found(wanted)))
            .Where(pair => pair.Found is not null).Select(pair => $"'{pair.Found}' must be written {pair.Wanted}").ToArray();
        return spelt.Length == 0 ? "" : $" Column names are compared exactly: {string.Join(", ", spelt)}.";
    }
}
