using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Fuzz.Engine;

/// <summary>
/// Changes inputs at random, as AFL's "havoc" and "splice" do: bits, numbers, blocks, words of the target's seeds, parts of other inputs.
/// The same seed makes the same inputs.
/// </summary>
internal sealed class Mutator
{
    private const int MostWords = 4096, LongestWord = 64, MostChanges = 5; // the binary logarithm, from 0; mostly few
    private const int LongestRun = 1 << 12; // of one byte or word, such as brackets within brackets
    private static readonly long[] Numbers =
    [
        -1, 0, 1, 2, 3, 7, 8, 16, 32, 64, 100, 127, 128, 255, 256, 512, 1000, 1024, 4096, 32767, 32768, 65535, 65536, 1 << 20, 1 << 24,
        int.MaxValue - 1, int.MaxValue, int.MinValue, 1L << 31, uint.MaxValue, 1L << 32, 1L << 40, 1L << 53, long.MaxValue, long.MinValue,
    ];
    private static readonly string[] Words =
    [
        "null", "true", "false", "{}", "[]", "\"\"", "-0", "0.5", "-1.5", "1e999", "-1e999", "1e-999", "1e308", "NaN", "\"NaN\"",
        "\"Infinity\"", "18446744073709551616", "\"\\ud800\"", "\\ud800", "\\udc00", "\\u0000", "\uFEFF", "\uFFFF", "\U0001F600",
        "é", "\0", "\r\n", "\t", "\\", "../", "/", "..", "[[", "{\"a\":", ",", ":", "[1,2]", "{\"a\":1}", "\"a\"",
    ];
    private static readonly char[] Ends = [' ', '\t', '\r', '\n', ',', ':', '{', '}', '[', ']', '(', ')', '"', '\'', '=', '/', '\\'];
    private readonly Random random;
    private readonly byte[][] words;
    private readonly int longest;

    /// <param name="seed">Decides about all changes.</param>
    /// <param name="seeds">The inputs that words are taken from.</param>
    internal Mutator(int seed, IReadOnlyList<byte[]> seeds)
    {
        random = new(seed);
        longest = Math.Clamp(2 * seeds.Max(input => input.Length), 1 << 12, 1 << 17);
        words =
        [
            .. Words.Concat(Numbers.Select(number => $"{number}")).Select(Encoding.UTF8.GetBytes),
            .. seeds.SelectMany(Tokens).DistinctBy(Convert.ToHexString).Take(MostWords),
        ];
    }

    /// <summary>A number below another.</summary>
    internal int Below(int count) => random.Next(count);

    /// <summary>Another input, made of one.</summary>
    /// <param name="input">The one.</param>
    /// <param name="other">Another that parts may be taken from.</param>
    internal byte[] Changed(byte[] input, byte[] other)
    {
        var bytes = new List<byte>(input);
        for (var left = 1 << random.Next(1 + random.Next(MostChanges)); left > 0; left--)
            Change(bytes, other);
        if (bytes.Count > longest)
            bytes.RemoveRange(longest, bytes.Count - longest);
        return [.. bytes];
    }

    private void Change(List<byte> bytes, byte[] other)
    {
        if (bytes.Count == 0)
        {
            bytes.AddRange(AnyWord());
            return;
        }
        var at = random.Next(bytes.Count);
        switch (random.Next(14))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2:
                WriteNumber(bytes, at, _ => Numbers[random.Next(Numbers.Length)]);
                break;
            case 3:
                WriteNumber(bytes, at, number => number + random.Next(-35, 36));
                break;
            case 4:
                bytes.RemoveRange(at, Length(bytes.Count - at));
                break;
            case 5:
                bytes.InsertRange(random.Next(bytes.Count + 1), bytes.GetRange(at, Length(bytes.Count - at)));
                break;
            case 6:
                bytes.InsertRange(at, Enumerable.Repeat((byte)random.Next(256), Length(LongestRun)));
                break;
            case 7:
                bytes.InsertRange(at, AnyWord());
                break;
            case 8:
                var word = AnyWord();
                bytes.RemoveRange(at, Math.Min(word.Length, bytes.Count - at));
                bytes.InsertRange(at, word);
                break;
            case 9 when other.Length > 0: // the beginning of one, the end of the other
                bytes.RemoveRange(at, bytes.Count - at);
                bytes.AddRange(other.AsSpan(Math.Min(random.Next(other.Length), Math.Max(0, at))));
                break;
            case 10 when other.Length > 0:
                var from = random.Next(other.Length);
                bytes.InsertRange(at, other.AsSpan(from, Length(other.Length - from)));
                break;
            case 11:
                var repeated = AnyWord();
                for (var count = Length(Math.Max(1, LongestRun / Math.Max(1, repeated.Length))); count > 0; count--)
                    bytes.InsertRange(at, repeated);
                break;
            default:
                Replace(bytes, TokenAt(bytes, at), other.Length > 0 && random.Next(2) == 0 ? TokenOf(other) : AnyWord());
                break;
        }
    }

    // Mostly short, at times up to all.
    private int Length(int most) => 1 + random.Next(random.Next(4) == 0 ? most : Math.Min(most, 16));

    private byte[] AnyWord() => words[random.Next(words.Length)];

    private void WriteNumber(List<byte> bytes, int at, Func<long, long> change)
    {
        var size = 1 << random.Next(4);
        if (at + size > bytes.Count)
            return;
        Span<byte> place = CollectionsMarshal.AsSpan(bytes).Slice(at, size), wide = stackalloc byte[sizeof(long)];
        var isBig = random.Next(2) == 0;
        wide.Clear();
        place.CopyTo(wide);
        if (isBig)
            wide[..size].Reverse();
        BinaryPrimitives.WriteInt64LittleEndian(wide, change(BinaryPrimitives.ReadInt64LittleEndian(wide)));
        if (isBig)
            wide[..size].Reverse();
        wide[..size].CopyTo(place);
    }

    private static void Replace(List<byte> bytes, (int Start, int Length) token, byte[] word)
    {
        bytes.RemoveRange(token.Start, token.Length);
        bytes.InsertRange(token.Start, word);
    }

    private byte[] TokenOf(byte[] other)
    {
        var (start, length) = TokenAt(other, random.Next(other.Length));
        return other.AsSpan(start, length).ToArray();
    }

    // What lies between characters that end a name or number, or one of these characters alone.
    private static (int Start, int Length) TokenAt(IReadOnlyList<byte> bytes, int at)
    {
        var (start, end) = (at, at + 1);
        if (!IsEnd(bytes[at]))
        {
            while (start > 0 && at - start < LongestWord && !IsEnd(bytes[start - 1]))
                start--;
            while (end < bytes.Count && end - at < LongestWord && !IsEnd(bytes[end]))
                end++;
        }
        return (start, end - start);
    }

    private static bool IsEnd(byte value) => Ends.Contains((char)value);

    private static IEnumerable<byte[]> Tokens(byte[] input)
    {
        for (var at = 0; at < input.Length;)
        {
            var (start, length) = TokenAt(input, at);
            if (length is > 1 and < LongestWord)
                yield return input.AsSpan(start, length).ToArray();
            at = start + length;
        }
    }
}
