using System.Globalization;
using System.Text;

namespace EosMLNet.Checkpoints;

/// <summary>
/// Unicode's normalisation form C: letters and their marks become one character where there is one. .NET's own does nothing in a program
/// without ICU (<c>InvariantGlobalization</c>), and ids must not depend on that.
/// </summary>
internal static class CanonicalComposition
{
    private const int FirstMark = 0x300; // characters below are never changed on their own
    private const int Syllables = 0xAC00, Leads = 0x1100, Vowels = 0x1161, Trails = 0x11A7; // Hangul
    private const int LeadCount = 19, VowelCount = 21, TrailCount = 28;

    private static readonly Dictionary<(int, int), int> Composed = [];
    private static readonly Dictionary<int, int[]> Decomposed = [];
    private static readonly Dictionary<int, int> Classes = [];

    static CanonicalComposition()
    {
        foreach (var (mark, letter, whole) in Pairs(CanonicalTables.Compositions))
            (Composed[(letter, mark)], Decomposed[whole]) = (whole, [letter, mark]);
        foreach (var (mark, letter, whole) in Pairs(CanonicalTables.Decompositions))
            Decomposed[whole] = [letter, mark];
        foreach (var group in Groups(CanonicalTables.Replacements))
        {
            for (var i = 1; i < group.Length; i++)
                Decomposed[group[0] + i - 1] = [group[i]];
        }
        foreach (var group in Groups(CanonicalTables.Classes))
        {
            for (var i = 0; i < group[1]; i++)
                Classes[group[0] + i] = group[2];
        }
    }

    /// <summary>A text in normalisation form C.</summary>
    internal static string Of(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange('\0', (char)(FirstMark - 1)))
            return text;
        var points = new List<(int Value, int Class)>(text.Length);
        foreach (var rune in text.EnumerateRunes())
            Decompose(rune.Value, points);
        Order(points);
        return Compose(points);
    }

    private static void Decompose(int value, List<(int Value, int Class)> to)
    {
        var syllable = value - Syllables;
        if (syllable is >= 0 and < LeadCount * VowelCount * TrailCount)
        {
            to.Add((Leads + syllable / TrailCount / VowelCount, 0));
            to.Add((Vowels + syllable / TrailCount % VowelCount, 0));
            if (syllable % TrailCount is > 0 and var trail)
                to.Add((Trails + trail, 0));
        }
        else if (Decomposed.TryGetValue(value, out var parts))
        {
            foreach (var part in parts)
                Decompose(part, to);
        }
        else
        {
            to.Add((value, Classes.GetValueOrDefault(value)));
        }
    }

    // The marks of a letter, stably by their class.
    private static void Order(List<(int Value, int Class)> points)
    {
        for (var start = 0; start < points.Count; start++)
        {
            if (points[start].Class == 0)
                continue;
            var end = start;
            while (end < points.Count && points[end].Class != 0)
                end++;
            (int, int)[] sorted = [.. points[start..end].OrderBy(point => point.Class)];
            for (var i = 0; i < sorted.Length; i++)
                points[start + i] = sorted[i];
            start = end;
        }
    }

    // A mark goes into the last letter, unless one of the same or a higher class stands between the two.
    private static string Compose(List<(int Value, int Class)> points)
    {
        var (starter, kept) = (-1, 0);
        for (var i = 0; i < points.Count; i++)
        {
            var (value, rank) = points[i];
            var isBlocked = kept - 1 > starter && (points[kept - 1].Class == 0 || points[kept - 1].Class >= rank);
            if (starter >= 0 && !isBlocked && Pair(points[starter].Value, value) is { } whole)
            {
                points[starter] = (whole, 0);
                continue;
            }
            if (rank == 0)
                starter = kept;
            points[kept++] = (value, rank);
        }
        var text = new StringBuilder(kept);
        for (var i = 0; i < kept; i++)
            text.Append(char.ConvertFromUtf32(points[i].Value));
        return text.ToString();
    }

    private static int? Pair(int first, int second)
    {
        if (first - Leads is >= 0 and < LeadCount and var lead && second - Vowels is >= 0 and < VowelCount and var vowel)
            return Syllables + (lead * VowelCount + vowel) * TrailCount;
        var syllable = first - Syllables;
        if (syllable is >= 0 and < LeadCount * VowelCount * TrailCount && syllable % TrailCount == 0
            && second - Trails is > 0 and < TrailCount and var trail)
        {
            return first + trail;
        }
        return Composed.TryGetValue((first, second), out var whole) ? whole : null;
    }

    private static IEnumerable<(int Mark, int Letter, int Whole)> Pairs(string table)
    {
        foreach (var group in Groups(table))
        {
            for (var i = 1; i < group.Length; i += 2)
                yield return (group[0], group[i], group[i + 1]);
        }
    }

    private static IEnumerable<int[]> Groups(string table) => table.Split(';').Select(group =>
        group.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .Select(number => int.Parse(number, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToArray());
}
