using System.Globalization;
using System.Text;

namespace EosMLNet.Checkpoints;

/// <summary>Finds added tokens in a text: from left to right, the longest of those that begin at a place.</summary>
internal sealed class AddedTokens
{
    private readonly Dictionary<string, AddedToken> tokens = [];
    private readonly Dictionary<char, int[]> lengths; // longest first, by the first letter

    /// <summary>Prepares the search.</summary>
    /// <param name="tokens">The tokens with the texts that they are found by; of equal texts the first counts.</param>
    internal AddedTokens(IEnumerable<(string Text, AddedToken Token)> tokens)
    {
        foreach (var (text, token) in tokens.Where(token => token.Text.Length > 0))
            this.tokens.TryAdd(text, token);
        lengths = this.tokens.Keys.GroupBy(text => text[0])
            .ToDictionary(group => group.Key, group => group.Select(text => text.Length).Distinct().OrderDescending().ToArray());
    }

    /// <summary>Cuts a text at its added tokens.</summary>
    /// <param name="text">The text.</param>
    /// <param name="withSpecial">Whether special tokens are found; else they are text.</param>
    /// <returns>The parts in their order: a token, or a text that is not empty and where it begins.</returns>
    internal IEnumerable<(AddedToken? Token, string Text, int Start)> Split(string text, bool withSpecial)
    {
        var done = 0;
        for (var at = 0; at < text.Length;)
        {
            if (Find(text, at) is not { } found)
            {
                at++;
                continue;
            }
            var (start, end) = (at, at + found.Length);
            at = end;
            var token = found.Token;
            if (token.IsSpecial && !withSpecial || token.IsWord && (EndsWithWord(text[..start]) || StartsWithWord(text[end..])))
                continue;
            if (token.StripsBefore)
                start = Math.Max(text[..start].TrimEnd().Length, done);
            if (token.StripsAfter)
                end = text.Length - text[end..].TrimStart().Length;
            if (done < start)
                yield return (null, text[done..start], done);
            yield return (token, "", start);
            done = end;
        }
        if (done < text.Length)
            yield return (null, text[done..], done);
    }

    private (AddedToken Token, int Length)? Find(string text, int at)
    {
        if (!lengths.TryGetValue(text[at], out var candidates))
            return null;
        var lookup = tokens.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var length in candidates)
        {
            if (length <= text.Length - at && lookup.TryGetValue(text.AsSpan(at, length), out var token))
                return (token, length);
        }
        return null;
    }

    private static bool StartsWithWord(string text) => Rune.DecodeFromUtf16(text, out var rune, out _) == 0 && IsWord(rune);

    private static bool EndsWithWord(string text) => Rune.DecodeLastFromUtf16(text, out var rune, out _) == 0 && IsWord(rune);

    // \w of Unicode's regular expressions.
    private static bool IsWord(Rune rune) => rune.Value is 0x200C or 0x200D || Rune.GetUnicodeCategory(rune) is
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
        or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter or UnicodeCategory.LetterNumber
        or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark
        or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.ConnectorPunctuation;
}
