using System.Text;

namespace EosMLNet.Tool.CommandLine;

/// <summary>
/// Text as an encoding can carry it: what it lacks is written with ASCII, so that no "?" stands for a Greek letter. What has no ASCII of
/// its own, such as a letter of an answer, becomes its number, as in <c>\u4e2d</c>.
/// </summary>
/// <param name="encoding">The encoding of what is written to.</param>
/// <param name="isAscii">Whether who reads it may know ASCII alone: rules and Greek letters are written with it then. Other letters stay
/// where the encoding has them.</param>
internal sealed class PlainText(Encoding encoding, bool isAscii = false)
{
    private static readonly (char Character, string Ascii)[] Replacements =
    [
        ('γ', "gamma"), ('τ', "tau"), ('ρ', "rho"), ('σ', "sigma"), ('λ', "lambda"), ('μ', "mu"), ('∞', "inf"), ('─', "-"), ('█', "#"),
        ('░', "."), ('×', "x"), ('≤', "<="), ('≥', ">="),
        ('…', "..."), ('“', "\""), ('”', "\""), ('‘', "'"), ('’', "'"), ('–', "-"), ('—', "-"), ('→', "->"), ('−', "-"), ('·', "."),
    ];

    private readonly (char Character, string Ascii)[] missing =
        [.. Replacements.Where(each => isAscii || !CanCarry(encoding, each.Character))];
    private readonly bool carriesAll = CanCarry(encoding, '\u4e2d');

    /// <summary>The text, with what the encoding lacks replaced.</summary>
    internal string Of(string text)
    {
        foreach (var (character, ascii) in missing)
            text = text.Replace($"{character}", ascii, StringComparison.Ordinal);
        return carriesAll ? text
            : string.Concat(text.Select(each => CanCarry(encoding, each) ? $"{each}" : $"\\u{(int)each:x4}"));
    }

    private static bool CanCarry(Encoding encoding, char character) =>
        encoding.GetString(encoding.GetBytes([character])) is [var back] && back == character;
}
