using System.Text;

namespace EosMLNet.Tool.CommandLine;

/// <summary>Text as an encoding can carry it: what it lacks is written with ASCII, so that no "?" stands for a Greek letter.</summary>
/// <param name="encoding">The encoding of what is written to.</param>
internal sealed class PlainText(Encoding encoding)
{
    private static readonly (char Character, string Ascii)[] Replacements =
    [
        ('γ', "gamma"), ('τ', "tau"), ('ρ', "rho"), ('σ', "sigma"), ('λ', "lambda"), ('μ', "mu"), ('∞', "inf"), ('─', "-"), ('█', "#"),
        ('░', "."), ('×', "x"), ('≤', "<="), ('≥', ">="),
        ('…', "..."), ('“', "\""), ('”', "\""), ('‘', "'"), ('’', "'"), ('–', "-"), ('—', "-"), ('→', "->"), ('−', "-"), ('·', "."),
    ];

    private readonly (char Character, string Ascii)[] missing = [.. Replacements.Where(each => !CanCarry(encoding, each.Character))];

    /// <summary>The text, with what the encoding lacks replaced where there is something near.</summary>
    internal string Of(string text)
    {
        foreach (var (character, ascii) in missing)
            text = text.Replace($"{character}", ascii, StringComparison.Ordinal);
        return text;
    }

    private static bool CanCarry(Encoding encoding, char character) =>
        encoding.GetString(encoding.GetBytes([character])) is [var back] && back == character;
}
