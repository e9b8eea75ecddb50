namespace EosMLNet.Checkpoints;

/// <summary>The tokens of a template, read from the first to the last.</summary>
internal sealed class TemplateTokens(IReadOnlyList<TemplateToken> tokens)
{
    private const int Deepest = 100;
    private int _at;
    private int _depth;

    /// <summary>The token that comes next.</summary>
    internal TemplateToken Next => tokens[_at];

    /// <summary>Its line.</summary>
    internal int Line => Next.Line;

    /// <summary>Takes the next token.</summary>
    internal TemplateToken Take() => tokens[_at + 1 < tokens.Count ? _at++ : _at];

    /// <summary>Whether the next token is this sign or word.</summary>
    internal bool Is(string text) => Next.Kind is TemplateTokenKind.Sign or TemplateTokenKind.Name && Next.Text == text;

    /// <summary>Whether the token behind the next one is this sign or word.</summary>
    internal bool IsSecond(string text) =>
        _at + 1 < tokens.Count && tokens[_at + 1] is { Kind: TemplateTokenKind.Sign or TemplateTokenKind.Name } second
        && second.Text == text;

    /// <summary>Takes the next token where it is this sign or word.</summary>
    internal bool TryTake(string text)
    {
        if (!Is(text))
            return false;
        Take();
        return true;
    }

    /// <summary>Takes the next token, which must be this sign or word.</summary>
    internal void Expect(string text)
    {
        if (!TryTake(text))
            throw Unexpected($"'{text}'");
    }

    /// <summary>Takes the next token, which must be of this kind.</summary>
    internal string Expect(TemplateTokenKind kind, string what) => Next.Kind == kind ? Take().Text : throw Unexpected(what);

    /// <summary>Takes the end of a tag.</summary>
    internal void Close() => Expect(TemplateTokenKind.Close, "the end of the tag");

    /// <summary>What is wrong with the next token.</summary>
    internal EosException Unexpected(string expected) => TemplateFault.At(Line, $"has '{Next.Text}' where {expected} is expected");

    /// <summary>Reads something, and counts its tokens.</summary>
    internal (T Value, int Length) Counted<T>(Func<T> read)
    {
        var start = _at;
        return (read(), _at - start);
    }

    /// <summary>Reads something that may have its like inside.</summary>
    internal T Nested<T>(Func<T> read)
    {
        if (++_depth > Deepest)
            throw TemplateFault.At(Line, $"is nested more than {Deepest} deep");
        var result = read();
        _depth--;
        return result;
    }
}
