using System.Text.RegularExpressions;

namespace EosMLNet.Checkpoints;

/// <summary>
/// The <c>pre_tokenizer</c> of a <c>tokenizer.json</c>: it cuts a text into words, and writes them in the vocabulary's letters.
/// </summary>
internal static class PreTokenizers
{
    private static readonly TimeSpan LongestMatch = TimeSpan.FromSeconds(2); // an expression from outside may never end

    /// <summary>Reads it; a text is one word where there is none.</summary>
    /// <exception cref="EosException">EOS1009: an unknown one, or an expression that .NET does not know.</exception>
    internal static Func<TextPiece, IEnumerable<TextPiece>> Read(JsonSection whole)
    {
        Func<TextPiece, IEnumerable<TextPiece>>[] steps =
            [.. whole.Components("pre_tokenizer", "pretokenizers").Select(part => Step(part.Type, part.Section))];
        return text => steps.Aggregate((IEnumerable<TextPiece>)[text], (pieces, step) => pieces.SelectMany(step));
    }

    private static Func<TextPiece, IEnumerable<TextPiece>> Step(string type, JsonSection json)
    {
        switch (type)
        {
            case "Split":
                return new SplitPattern(Pattern(json), Behavior(json), json.Flag("invert", false)).Split;
            case "Digits":
                var digits = json.Flag("individual_digits", false) ? SplitBehavior.Isolated : SplitBehavior.Contiguous;
                return new SplitPattern(new Regex(@"\p{N}", RegexOptions.CultureInvariant), digits).Split;
            case "ByteLevel":
                return Bytes(json.Flag("add_prefix_space", true), json.Flag("use_regex", true));
            case "Metaspace":
                return Metaspace(json);
            default:
                throw json.Unknown("Split, Digits, ByteLevel, Metaspace");
        }
    }

    private static Func<TextPiece, IEnumerable<TextPiece>> Bytes(bool addsSpace, bool splits)
    {
        var words = new SplitPattern(ByteLevel.Words(), SplitBehavior.Isolated);
        return piece =>
        {
            var spaced = addsSpace && !piece.Text.StartsWith(' ') ? piece with { Text = " " + piece.Text } : piece;
            return (splits ? words.Split(spaced) : [spaced]).Select(word => word with { Text = ByteLevel.ToPrintable(word.Text) });
        };
    }

    private static Func<TextPiece, IEnumerable<TextPiece>> Metaspace(JsonSection json)
    {
        var mark = json.Letter("replacement");
        var prefix = SpacePrefixes.OfMetaspace(json);
        var marks = new Regex(Regex.Escape($"{mark}"), RegexOptions.CultureInvariant);
        var words = json.Flag("split", true) ? new SplitPattern(marks, SplitBehavior.MergedWithNext) : null;
        return piece =>
        {
            var text = piece.Text.Replace(' ', mark);
            if (!text.StartsWith(mark) && (prefix == SpacePrefix.EachPart || prefix == SpacePrefix.First && piece.IsFirst))
                text = mark + text;
            var marked = piece with { Text = text };
            return words?.Split(marked) ?? [marked];
        };
    }

    private static Regex Pattern(JsonSection json)
    {
        var regex = json.Literal() is { } literal ? Regex.Escape(literal) : json.Section("pattern").RequiredText("Regex");
        try
        {
            return new Regex(regex, RegexOptions.CultureInvariant | RegexOptions.Multiline, LongestMatch);
        }
        catch (ArgumentException e)
        {
            throw json.Unsupported("pattern.Regex", $"'{regex}'", $"an expression that .NET knows ({e.Message})");
        }
    }

    private static SplitBehavior Behavior(JsonSection json) =>
        Enum.TryParse<SplitBehavior>(json.Text("behavior"), out var behavior) && Enum.IsDefined(behavior) ? behavior
            : throw json.Unsupported("behavior", $"'{json.Text("behavior")}'",
                $"one of {string.Join(", ", Enum.GetNames<SplitBehavior>())}");
}
