using System.Globalization;
using System.Text;

namespace EosMLNet.Checkpoints;

/// <summary>
/// Cuts the source of a chat template, a Jinja program, into tokens. White space around tags is treated as transformers has it treated:
/// <c>trim_blocks</c> and <c>lstrip_blocks</c>.
/// </summary>
internal sealed class TemplateLexer
{
    private const int Longest = 1 << 20; // characters
    private const int MostTokens = 400; // of a tag: what is read of it is nested as deep
    private static readonly string[] Signs =
        ["==", "!=", "<=", ">=", "//", "**", "+", "-", "*", "/", "%", "~", "<", ">", "(", ")", "[", "]", "{", "}", ",", ".", ":", "|", "="];

    private readonly string _source;
    private readonly List<TemplateToken> _tokens = [];
    private int _at;
    private int _line = 1;

    private TemplateLexer(string source) => _source = source;

    /// <summary>The tokens of a source.</summary>
    /// <exception cref="EosException">EOS1017: it is too long, or a tag in it has no end.</exception>
    internal static IReadOnlyList<TemplateToken> Read(string source)
    {
        if (source.Length > Longest)
            throw TemplateFault.At(1, $"begins {source.Length} characters, more than the {Longest} that are read");
        source = source.ReplaceLineEndings("\n");
        var lexer = new TemplateLexer(source.EndsWith('\n') ? source[..^1] : source);
        lexer.ReadAll();
        return lexer._tokens;
    }

    private void ReadAll()
    {
        var startsLine = true;
        while (_at < _source.Length)
        {
            var open = _at;
            while ((open = _source.IndexOf('{', open)) >= 0 && (open + 1 == _source.Length || _source[open + 1] is not ('{' or '%' or '#')))
                open++;
            if (open < 0)
            {
                AddText(_source[_at..]);
                break;
            }
            var text = _source[_at..open];
            var kind = _source[open + 1];
            var sign = open + 2 < _source.Length ? _source[open + 2] : ' ';
            AddText(sign == '-' ? text.TrimEnd() : kind != '{' && sign != '+' ? WithoutIndent(text, startsLine) : text, text);
            _at = open + (sign is '-' or '+' ? 3 : 2);
            startsLine = kind == '#' ? SkipComment() : ReadTag(kind == '{');
        }
        _tokens.Add(new(TemplateTokenKind.End, "the end", _line));
    }

    private static string WithoutIndent(string text, bool startsLine)
    {
        var line = text.LastIndexOf('\n') + 1;
        return (line > 0 || startsLine) && text.AsSpan(line).IsWhiteSpace() ? text[..line] : text;
    }

    private void AddText(string text, string? source = null)
    {
        if (text.Length > 0)
            _tokens.Add(new(TemplateTokenKind.Text, text, _line));
        _line += (source ?? text).Count('\n');
    }

    private bool SkipComment()
    {
        var end = _source.IndexOf("#}", _at, StringComparison.Ordinal);
        if (end < 0)
            throw TemplateFault.At(_line, "has a comment without an end");
        _line += _source.AsSpan(_at, end - _at).Count('\n');
        _at = end + 2;
        return SkipSpace(_source[end - 1], trimsLine: true);
    }

    private bool ReadTag(bool isOutput)
    {
        var (opened, end) = (_line, isOutput ? "}}" : "%}");
        _tokens.Add(new(isOutput ? TemplateTokenKind.Output : TemplateTokenKind.Statement, isOutput ? "{{" : "{%", _line));
        var (brackets, first) = (0, _tokens.Count);
        while (true)
        {
            if (_tokens.Count - first > MostTokens)
                throw TemplateFault.At(opened, $"has a tag of more than {MostTokens} words and signs");
            while (_at < _source.Length && char.IsWhiteSpace(_source[_at]))
                _line += _source[_at++] == '\n' ? 1 : 0;
            if (_at >= _source.Length)
                throw TemplateFault.At(opened, $"has a tag without {end}");
            var sign = brackets <= 0 && _source[_at] is '-' or '+' && Ends(_at + 1, end) ? _source[_at] : ' ';
            if (sign != ' ' || (brackets <= 0 && Ends(_at, end)))
            {
                _tokens.Add(new(TemplateTokenKind.Close, end, _line));
                _at += sign == ' ' ? 2 : 3;
                return SkipSpace(sign, trimsLine: !isOutput);
            }
            brackets += ReadToken();
        }
    }

    private bool Ends(int at, string end) => string.CompareOrdinal(_source, at, end, 0, end.Length) == 0;

    // White space behind a tag; whether it had a line end.
    private bool SkipSpace(char sign, bool trimsLine)
    {
        var from = _at;
        if (sign == '-')
        {
            while (_at < _source.Length && char.IsWhiteSpace(_source[_at]))
                _at++;
        }
        else if (trimsLine && sign != '+' && _at < _source.Length && _source[_at] == '\n')
        {
            _at++;
        }
        _line += _source.AsSpan(from, _at - from).Count('\n');
        return _at > from && _source[_at - 1] == '\n';
    }

    // How many brackets it opens, below 0 where it closes one.
    private int ReadToken()
    {
        var (from, first) = (_at, _source[_at]);
        if (first is '\'' or '"')
        {
            ReadString(first);
            return 0;
        }
        if (char.IsAsciiLetter(first) || first == '_')
        {
            while (_at < _source.Length && (char.IsAsciiLetterOrDigit(_source[_at]) || _source[_at] == '_'))
                _at++;
            _tokens.Add(new(TemplateTokenKind.Name, _source[from.._at], _line));
            return 0;
        }
        if (char.IsAsciiDigit(first))
        {
            while (_at < _source.Length && (char.IsAsciiDigit(_source[_at])
                || (_source[_at] == '.' && _at + 1 < _source.Length && char.IsAsciiDigit(_source[_at + 1]))))
                _at++;
            _tokens.Add(new(TemplateTokenKind.Number, _source[from.._at], _line));
            return 0;
        }
        var sign = Signs.FirstOrDefault(sign => Ends(_at, sign))
            ?? throw TemplateFault.At(_line, $"has '{first}', which is no sign of Jinja");
        _at += sign.Length;
        _tokens.Add(new(TemplateTokenKind.Sign, sign, _line));
        return sign is "(" or "[" or "{" ? 1 : sign is ")" or "]" or "}" ? -1 : 0;
    }

    private void ReadString(char quote)
    {
        var (line, text) = (_line, new StringBuilder());
        for (_at++; ; _at++)
        {
            if (_at >= _source.Length)
                throw TemplateFault.At(line, "has a string without an end");
            var next = _source[_at];
            if (next == quote)
                break;
            _line += next == '\n' ? 1 : 0;
            if (next != '\\' || _at + 1 >= _source.Length)
            {
                text.Append(next);
                continue;
            }
            text.Append(Escape(_source[++_at]));
            _line += _source[_at] == '\n' ? 1 : 0;
        }
        _at++;
        _tokens.Add(new(TemplateTokenKind.String, text.ToString(), line));
    }

    private string Escape(char letter) => letter switch
    {
        'n' => "\n",
        't' => "\t",
        'r' => "\r",
        'a' => "\a",
        'b' => "\b",
        'f' => "\f",
        'v' => "\v",
        '\\' or '\'' or '"' => letter.ToString(),
        '\n' => "",
        'u' => Code(4),
        'x' => Code(2),
        'N' or 'U' or >= '0' and <= '7' => throw TemplateFault.At(_line, $"has a string with '\\{letter}', which is not known here"),
        _ => $"\\{letter}",
    };

    private string Code(int digits)
    {
        if (_at + digits >= _source.Length || !int.TryParse(_source.AsSpan(_at + 1, digits), NumberStyles.AllowHexSpecifier,
            CultureInfo.InvariantCulture, out var code))
            throw TemplateFault.At(_line, $"has a string with '\\{_source[_at]}' without {digits} digits");
        _at += digits;
        return ((char)code).ToString();
    }
}
