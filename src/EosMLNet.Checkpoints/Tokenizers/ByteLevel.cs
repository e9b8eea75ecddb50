using System.Text;
using System.Text.RegularExpressions;

namespace EosMLNet.Checkpoints;

/// <summary>GPT-2's byte-level alphabet and word boundaries (https://github.com/openai/gpt-2/blob/master/src/encoder.py).</summary>
internal static partial class ByteLevel
{
    /// <summary>The printable character that stands for each byte in vocabularies; a space is Ġ.</summary>
    internal static string Alphabet { get; } = MakeAlphabet();

    // The byte that a character stands for; -1 for none.
    private static readonly int[] ByteOf = [.. Enumerable.Range(0, Alphabet.Max() + 1).Select(letter => Alphabet.IndexOf((char)letter))];

    /// <summary>Splits a text into words, each with the space before it.</summary>
    [GeneratedRegex(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+", RegexOptions.CultureInvariant)]
    internal static partial Regex Words();

    /// <summary>A text's UTF-8 bytes in the printable alphabet.</summary>
    internal static string ToPrintable(string text) => string.Concat(Encoding.UTF8.GetBytes(text).Select(b => Alphabet[b]));

    /// <summary>The bytes of a token in the printable alphabet; the UTF-8 of one that is not in it.</summary>
    internal static byte[] ToBytes(string token) =>
        token.All(letter => letter < ByteOf.Length && ByteOf[letter] >= 0)
            ? [.. token.Select(letter => (byte)ByteOf[letter])]
            : Encoding.UTF8.GetBytes(token);

    // Printable Latin-1 stands for itself; the other bytes are numbered from 256 on.
    private static string MakeAlphabet()
    {
        var next = 256;
        return string.Concat(Enumerable.Range(0, 256)
            .Select(b => (char)(b is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF) ? b : next++)));
    }
}
