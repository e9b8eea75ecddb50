using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace EosMLNet.Checkpoints;

/// <summary>Splits a text at the matches of a regular expression, as the Rust library of tokenizers does.</summary>
/// <param name="regex">The expression.</param>
/// <param name="behavior">What becomes of the matches.</param>
/// <param name="invert">Whether what lies between the matches is meant instead.</param>
internal sealed class SplitPattern(Regex regex, SplitBehavior behavior, bool invert = false)
{
    // A character beyond 16 bits is two in .NET, neither of them a letter. Expressions see one of the same category in its place.
    private static readonly Dictionary<UnicodeCategory, char> StandIns = Enumerable.Range(0x80, 0xD800 - 0x80).Select(value => (char)value)
        .Where(letter => char.ToUpperInvariant(letter) == char.ToLowerInvariant(letter))
        .GroupBy(CharUnicodeInfo.GetUnicodeCategory).ToDictionary(group => group.Key, group => group.First());

    /// <summary>The pieces of a piece, none of them empty.</summary>
    /// <exception cref="EosException">EOS1014: the expression takes too long.</exception>
    internal IEnumerable<TextPiece> Split(TextPiece piece)
    {
        var parts = new List<(int Start, int End)>();
        var afterMatch = false;
        var matches = Find(piece.Text);
        if (behavior == SplitBehavior.MergedWithNext)
            matches.Reverse();
        foreach (var (start, end, isMatch) in matches)
        {
            var joins = behavior switch
            {
                SplitBehavior.Contiguous => isMatch == afterMatch,
                SplitBehavior.MergedWithPrevious or SplitBehavior.MergedWithNext => isMatch && !afterMatch,
                _ => false,
            };
            if (joins && parts.Count > 0)
                parts[^1] = (Math.Min(parts[^1].Start, start), Math.Max(parts[^1].End, end));
            else if (behavior != SplitBehavior.Removed || !isMatch)
                parts.Add((start, end));
            afterMatch = isMatch;
        }
        if (behavior == SplitBehavior.MergedWithNext)
            parts.Reverse();
        return parts.Where(part => part.End > part.Start)
            .Select(part => new TextPiece(piece.Text[part.Start..part.End], piece.IsFirst && part.Start == 0));
    }

    // The matches and what lies between them, in their order.
    private List<(int Start, int End, bool IsMatch)> Find(string text)
    {
        var (letters, starts) = WithStandIns(text);
        var parts = new List<(int, int, bool)>();
        var done = 0;
        try
        {
            foreach (var match in regex.EnumerateMatches(letters))
            {
                if (match.Index > done)
                    parts.Add((At(done), At(match.Index), invert));
                parts.Add((At(match.Index), At(match.Index + match.Length), !invert));
                done = match.Index + match.Length;
            }
        }
        catch (RegexMatchTimeoutException e)
        {
            throw new EosException(EosErrors.Tokenizer,
                $"the tokenizer's expression '{regex}' takes more than {e.MatchTimeout.TotalSeconds} seconds for a text of {text.Length} " +
                "letters; expected one that splits words. Fetch tokenizer.json again.", e);
        }
        if (done < letters.Length)
            parts.Add((At(done), text.Length, invert));
        return parts;

        int At(int index) => starts is null ? index : starts[index];
    }

    // The text with one character for each code point, and where each begins in the text.
    private static (string Letters, List<int>? Starts) WithStandIns(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
            return (text, null);
        var (letters, starts, at) = (new StringBuilder(text.Length), new List<int>(text.Length + 1), 0);
        foreach (var rune in text.EnumerateRunes())
        {
            starts.Add(at);
            letters.Append(rune.IsBmp ? (char)rune.Value : StandIns.GetValueOrDefault(Rune.GetUnicodeCategory(rune), '\uE000'));
            at += rune.Utf16SequenceLength;
        }
        starts.Add(at);
        return (letters.ToString(), starts);
    }
}
