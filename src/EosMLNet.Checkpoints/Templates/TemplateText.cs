namespace EosMLNet.Checkpoints;

/// <summary>
/// A text in which each character knows where it comes from: from the template, or from a user's text. Only what the template itself
/// writes may become special tokens.
/// </summary>
/// <param name="Text">The characters.</param>
/// <param name="Origin">As many characters: <see cref="Template"/>, or the number of the user's text.</param>
internal sealed record TemplateText(string Text, string Origin)
{
    /// <summary>The origin of what the template writes.</summary>
    internal const char Template = '\0';

    /// <summary>No text.</summary>
    internal static TemplateText Empty { get; } = new("", "");

    /// <summary>The number of characters.</summary>
    internal int Length => Text.Length;

    /// <summary>A text of one origin.</summary>
    internal static TemplateText Of(string text, char origin = Template) => new(text, new string(origin, text.Length));

    /// <summary>All of them, one behind the other.</summary>
    internal static TemplateText Concat(IReadOnlyCollection<TemplateText> parts) =>
        new(string.Concat(parts.Select(part => part.Text)), string.Concat(parts.Select(part => part.Origin)));

    /// <summary>A part of it.</summary>
    internal TemplateText Slice(int start, int length) => new(Text.Substring(start, length), Origin.Substring(start, length));

    /// <summary>What is left from <paramref name="start"/> on.</summary>
    internal TemplateText From(int start) => Slice(start, Length - start);

    /// <summary>The same text without some characters at its ends.</summary>
    /// <param name="isTrimmed">Which characters go.</param>
    /// <param name="start">Whether they go at the start.</param>
    /// <param name="end">Whether they go at the end.</param>
    internal TemplateText Trim(Func<char, bool> isTrimmed, bool start = true, bool end = true)
    {
        var (from, to) = (0, Length);
        while (start && from < to && isTrimmed(Text[from]))
            from++;
        while (end && from < to && isTrimmed(Text[to - 1]))
            to--;
        return Slice(from, to - from);
    }

    /// <summary>The parts between a separator.</summary>
    internal IEnumerable<TemplateText> Split(string separator)
    {
        var from = 0;
        for (int at; (at = Text.IndexOf(separator, from, StringComparison.Ordinal)) >= 0; from = at + separator.Length)
            yield return Slice(from, at - from);
        yield return From(from);
    }

    /// <summary>The same with other characters, as many as before.</summary>
    internal TemplateText Map(Func<string, string> change) => this with { Text = change(Text) };

    /// <summary>Puts texts in the places of some others that the template wrote.</summary>
    /// <param name="old">The text to replace.</param>
    /// <param name="replacement">Gives what comes in the place of the first, the second, and so on.</param>
    internal TemplateText Replace(string old, Func<int, TemplateText> replacement)
    {
        List<TemplateText> parts = [];
        var (from, count) = (0, 0);
        for (int at; (at = IndexOf(old, from)) >= 0; from = at + old.Length)
            parts.AddRange([Slice(from, at - from), replacement(count++)]);
        return Concat([.. parts, From(from)]);
    }

    /// <summary>Where the template itself wrote something; -1 where it did not.</summary>
    internal int IndexOf(string written, int from = 0)
    {
        var at = Text.IndexOf(written, from, StringComparison.Ordinal);
        while (at >= 0 && Origin.AsSpan(at, written.Length).ContainsAnyExcept(Template))
            at = Text.IndexOf(written, at + 1, StringComparison.Ordinal);
        return at;
    }

    /// <inheritdoc/>
    public override string ToString() => Text;
}
