using System.Globalization;

namespace EosMLNet.Tool.CommandLine;

/// <summary>
/// A table as lines that are never wider than asked for: first texts go on in further lines of their cell, then columns go on below,
/// beside the first one again.
/// </summary>
internal static class TextTable
{
    private const string Indent = "  ", Gap = "  ";
    // Texts are not made narrower than this; numbers are never broken.
    private const int Narrowest = 12;

    /// <summary>The lines.</summary>
    /// <param name="columns">The headings.</param>
    /// <param name="rows">A text for each heading.</param>
    /// <param name="width">The most characters of a line.</param>
    /// <param name="rule">What the line below the headings is made of.</param>
    internal static IEnumerable<string> Lines(IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<string>> rows, int width,
        string rule)
    {
        Column[] all = [.. columns.Select((heading, i) => Column.Of(heading, [.. rows.Select(row => row[i])]))];
        for (var next = 0; next < all.Length;)
        {
            Column[] block = next == 0 ? [] : [all[0]];
            do
                block = [.. block, all[next++]];
            while (next < all.Length && Width([.. block, all[next]], column => column.Least) <= width);
            foreach (var line in Block(block, rows.Count, width, rule))
                yield return line;
        }
    }

    private static IEnumerable<string> Block(Column[] block, int rows, int width, string rule)
    {
        int[] widths = [.. block.Select(column => column.Most)];
        while (Indent.Length + widths.Sum() + Gap.Length * (widths.Length - 1) > width)
        {
            var widest = Enumerable.Range(0, widths.Length).Where(i => widths[i] > block[i].Least).OrderByDescending(i => widths[i])
                .FirstOrDefault(-1);
            if (widest < 0)
                break;
            widths[widest]--;
        }
        foreach (var line in Row([.. block.Select(column => column.Heading)], block, widths))
            yield return line;
        yield return Indent + string.Join(Gap, widths.Select(each => string.Concat(Enumerable.Repeat(rule, each))));
        for (var row = 0; row < rows; row++)
        {
            foreach (var line in Row([.. block.Select(column => column.Cells[row])], block, widths))
                yield return line;
        }
    }

    private static IEnumerable<string> Row(string[] cells, Column[] block, int[] widths)
    {
        string[][] parts = [.. cells.Select((cell, i) => Broken(cell, widths[i]).ToArray())];
        for (var line = 0; line < parts.Max(part => part.Length); line++)
        {
            var padded = parts.Select((part, i) =>
                line >= part.Length ? new string(' ', widths[i]) : block[i].IsNumeric ? part[line].PadLeft(widths[i])
                    : part[line].PadRight(widths[i]));
            yield return (Indent + string.Join(Gap, padded)).TrimEnd();
        }
    }

    /// <summary>Breaks a text between words; a word that is too long is cut.</summary>
    internal static IEnumerable<string> Broken(string text, int width)
    {
        var line = "";
        foreach (var word in text.Split(' ').SelectMany(word => word.Chunk(width).Select(part => new string(part)).DefaultIfEmpty("")))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line;
                line = word;
            }
            else
            {
                line = line.Length > 0 ? $"{line} {word}" : word;
            }
        }
        yield return line;
    }

    private static int Width(Column[] block, Func<Column, int> of) => Indent.Length + block.Sum(of) + Gap.Length * (block.Length - 1);

    private sealed record Column(string Heading, string[] Cells, bool IsNumeric, int Most, int Least)
    {
        internal static Column Of(string heading, string[] cells)
        {
            var isNumeric = cells.Length > 0 && cells.All(cell => cell.Length == 0 || IsNumber(cell));
            var (most, words) = (cells.Append(heading).Max(text => text.Length), heading.Split(' ').Max(word => word.Length));
            var longest = cells.Select(cell => isNumeric ? cell.Length : cell.Split(' ').Max(word => word.Length)).DefaultIfEmpty(0).Max();
            return new(heading, cells, isNumeric, Math.Max(1, most),
                Math.Max(1, Math.Max(words, isNumeric ? longest : Math.Min(longest, Narrowest))));
        }

        private static bool IsNumber(string cell) =>
            cell is "∞" or "inf" or "NaN" || double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
    }
}
