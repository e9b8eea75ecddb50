using System.Globalization;

namespace EosMLNet.Checkpoints;

/// <summary>Reads the expressions of a template. Each method reads what binds stronger than the method above it.</summary>
internal sealed class TemplateExpressionParser(TemplateTokens tokens)
{
    private static readonly string[] Comparisons = ["==", "!=", "<", ">", "<=", ">=", "in", "not"];

    /// <summary>Reads an expression.</summary>
    internal TemplateExpression Read() => tokens.Nested(() =>
    {
        var value = ReadOr();
        if (!tokens.TryTake("if"))
            return value;
        var condition = ReadOr();
        var other = tokens.TryTake("else") ? Read() : _ => TemplateValue.Undefined;
        return run => TemplateValue.IsTrue(condition(run)) ? value(run) : other(run);
    });

    /// <summary>Reads an expression that has no condition behind it, as the list of a loop.</summary>
    internal TemplateExpression ReadOr()
    {
        var left = ReadAnd();
        while (tokens.TryTake("or"))
        {
            var (first, second) = (left, ReadAnd());
            left = run => first(run) is var value && TemplateValue.IsTrue(value) ? value : second(run);
        }
        return left;
    }

    private TemplateExpression ReadAnd()
    {
        var left = ReadNot();
        while (tokens.TryTake("and"))
        {
            var (first, second) = (left, ReadNot());
            left = run => first(run) is var value && !TemplateValue.IsTrue(value) ? value : second(run);
        }
        return left;
    }

    private TemplateExpression ReadNot()
    {
        if (!tokens.TryTake("not"))
            return ReadComparison();
        var value = tokens.Nested(ReadNot);
        return run => !TemplateValue.IsTrue(value(run));
    }

    // As in Python, a < b < c is a < b and b < c, and what stands in the middle is computed once.
    private TemplateExpression ReadComparison()
    {
        var first = ReadSum();
        List<(Func<object?, object?, TemplateRun, bool> Holds, TemplateExpression Value)> others = [];
        while (Comparisons.FirstOrDefault(tokens.Is) is { } sign)
        {
            var line = tokens.Take().Line;
            if (sign == "not")
                tokens.Expect("in");
            others.Add((Comparison(sign, line), ReadSum()));
        }
        return others.Count == 0 ? first : run =>
        {
            var left = first(run);
            foreach (var (holds, value) in others)
            {
                var right = value(run);
                if (!holds(left, right, run))
                    return false;
                left = right;
            }
            return true;
        };
    }

    private static Func<object?, object?, TemplateRun, bool> Comparison(string sign, int line) => sign switch
    {
        "==" => (left, right, run) => TemplateValue.AreEqual(left, right, run, line),
        "!=" => (left, right, run) => !TemplateValue.AreEqual(left, right, run, line),
        "<" => (left, right, run) => TemplateValue.Compare(left, right, run, line) < 0,
        ">" => (left, right, run) => TemplateValue.Compare(left, right, run, line) > 0,
        "<=" => (left, right, run) => TemplateValue.Compare(left, right, run, line) <= 0,
        ">=" => (left, right, run) => TemplateValue.Compare(left, right, run, line) >= 0,
        "in" => (left, right, run) => TemplateValue.Contains(right, left, run, line),
        _ => (left, right, run) => !TemplateValue.Contains(right, left, run, line),
    };

    private TemplateExpression ReadSum()
    {
        var left = ReadJoin();
        while (tokens.Is("+") || tokens.Is("-"))
        {
            var (sign, first, second) = (tokens.Take(), left, ReadJoin());
            left = sign.Text == "+" ? run => TemplateValue.Add(first(run), second(run), run, sign.Line)
                : run => TemplateValue.Calculate('-', first(run), second(run), sign.Line);
        }
        return left;
    }

    private TemplateExpression ReadJoin()
    {
        var left = ReadProduct();
        while (tokens.Is("~"))
        {
            var (line, first, second) = (tokens.Take().Line, left, ReadProduct());
            left = run => TemplateValue.Join(TemplateValue.Text(first(run), line), TemplateValue.Text(second(run), line), run, line);
        }
        return left;
    }

    private TemplateExpression ReadProduct()
    {
        var left = ReadTested();
        while (tokens.Is("*") || tokens.Is("/") || tokens.Is("//") || tokens.Is("%"))
        {
            var (sign, first, second) = (tokens.Take(), left, ReadTested());
            var operation = sign.Text == "//" ? 'd' : sign.Text[0];
            left = run => TemplateValue.Calculate(operation, first(run), second(run), sign.Line);
        }
        return left;
    }

    // Filters and tests: value | name(...), value is name.
    private TemplateExpression ReadTested()
    {
        var value = ReadSigned();
        while (true)
        {
            if (tokens.Is("|"))
            {
                var line = tokens.Take().Line;
                var name = tokens.Expect(TemplateTokenKind.Name, "the name of a filter");
                var (subject, arguments) = (value, tokens.Is("(") ? ReadArguments() : _ => ([], new Dictionary<string, object?>()));
                value = run => Known(TemplateFunctions.Filters, name, "filter", line)(Call(run, subject(run), arguments, line));
            }
            else if (tokens.Is("is"))
            {
                var line = tokens.Take().Line;
                var negated = tokens.TryTake("not");
                var name = tokens.Expect(TemplateTokenKind.Name, "the name of a test");
                var subject = value;
                value = run => Known(TemplateFunctions.Tests, name, "test", line)(subject(run)) != negated;
            }
            else
            {
                return value;
            }
        }
    }

    private TemplateExpression ReadSigned()
    {
        if (!tokens.Is("-"))
            return ReadPostfix();
        var (line, value) = (tokens.Take().Line, tokens.Nested(ReadSigned));
        return run => TemplateValue.Calculate('-', 0L, value(run), line);
    }

    private TemplateExpression ReadPostfix()
    {
        var value = ReadPrimary();
        while (true)
        {
            var (subject, line) = (value, tokens.Line);
            if (tokens.TryTake("."))
            {
                var name = tokens.Expect(TemplateTokenKind.Name, "a name");
                if (tokens.Is("("))
                {
                    var arguments = ReadArguments();
                    value = run => Known(TemplateFunctions.Methods, name, "method", line)(Call(run, subject(run), arguments, line));
                }
                else
                {
                    var key = TemplateText.Of(name);
                    value = run => TemplateValue.Item(subject(run), key, line);
                }
            }
            else if (tokens.Is("["))
            {
                value = ReadItem(subject);
            }
            else if (tokens.Is("("))
            {
                var arguments = ReadArguments();
                value = run => subject(run) is TemplateFunction function ? function(Call(run, null, arguments, line))
                    : throw TemplateFault.At(line, "calls something that is not known here");
            }
            else
            {
                return value;
            }
        }
    }

    private TemplateExpression ReadItem(TemplateExpression subject)
    {
        var line = tokens.Take().Line;
        TemplateExpression?[] parts = [null, null, null];
        var colons = 0;
        while (!tokens.Is("]"))
        {
            if (tokens.TryTake(":"))
                colons++;
            else if (parts[colons] is null)
                parts[colons] = Read();
            else
                throw tokens.Unexpected("']'");
            if (colons == parts.Length)
                throw tokens.Unexpected("']'");
        }
        tokens.Expect("]");
        if (colons > 0)
        {
            return run =>
                TemplateValue.Slice(subject(run), Whole(parts[0], run), Whole(parts[1], run), Whole(parts[2], run) ?? 1, run, line);
        }
        var key = parts[0] ?? throw tokens.Unexpected("an index in front of ']'");
        return run => TemplateValue.Item(subject(run), key(run), line);

        long? Whole(TemplateExpression? part, TemplateRun run) => part is null ? null : TemplateValue.Whole(part(run), line);
    }

    private TemplateExpression ReadPrimary()
    {
        var token = tokens.Take();
        switch (token.Kind)
        {
            case TemplateTokenKind.String:
                var text = TemplateText.Of(token.Text);
                while (tokens.Next.Kind == TemplateTokenKind.String)
                    text = TemplateText.Of(text.Text + tokens.Take().Text);
                return _ => text;
            case TemplateTokenKind.Number when long.TryParse(token.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var whole):
                return _ => whole;
            case TemplateTokenKind.Number when double.TryParse(token.Text, CultureInfo.InvariantCulture, out var real):
                return _ => real;
            case TemplateTokenKind.Name:
                return Variable(token.Text);
            case TemplateTokenKind.Sign when token.Text == "(":
                return ReadBracket();
            case TemplateTokenKind.Sign when token.Text == "[":
                var items = ReadUntil("]", Read);
                return run => items.ConvertAll(item => item(run));
            case TemplateTokenKind.Sign when token.Text == "{":
                var entries = ReadUntil("}", ReadEntry);
                return run =>
                {
                    var map = new Dictionary<string, object?>();
                    foreach (var (key, value) in entries)
                        map[TemplateValue.Text(key(run), token.Line).Text] = value(run); // of equal keys the last counts, as in Python
                    return map;
                };
            default:
                throw TemplateFault.At(token.Line, $"has '{token.Text}' where a value is expected");
        }
    }

    private static TemplateExpression Variable(string name) => name switch
    {
        "true" or "True" => _ => true,
        "false" or "False" => _ => false,
        "none" or "None" => _ => null,
        _ => run => run.Get(name),
    };

    private TemplateExpression ReadBracket()
    {
        var value = Read();
        if (!tokens.Is(","))
        {
            tokens.Expect(")");
            return value;
        }
        tokens.Take();
        List<TemplateExpression> items = [value, .. ReadUntil(")", Read)];
        return run => items.ConvertAll(item => item(run));
    }

    private KeyValuePair<TemplateExpression, TemplateExpression> ReadEntry()
    {
        var key = Read();
        tokens.Expect(":");
        return new(key, Read());
    }

    private List<T> ReadUntil<T>(string end, Func<T> read)
    {
        List<T> items = [];
        while (!tokens.TryTake(end))
        {
            items.Add(read());
            if (!tokens.Is(end))
                tokens.Expect(",");
        }
        return items;
    }

    private Func<TemplateRun, (List<object?> Values, Dictionary<string, object?> Named)> ReadArguments()
    {
        tokens.Expect("(");
        List<TemplateExpression> values = [];
        List<(string Name, TemplateExpression Value)> named = [];
        foreach (var (name, value) in ReadUntil(")", ReadArgument))
        {
            if (name is null)
                values.Add(value);
            else if (named.Exists(other => other.Name == name))
                throw TemplateFault.At(tokens.Line, $"gives the argument '{name}' twice");
            else
                named.Add((name, value));
        }
        return run => (values.ConvertAll(value => value(run)), named.ToDictionary(x => x.Name, x => x.Value(run)));
    }

    private (string? Name, TemplateExpression Value) ReadArgument()
    {
        if (tokens.Next.Kind != TemplateTokenKind.Name || !tokens.IsSecond("="))
            return (null, Read());
        var name = tokens.Take().Text;
        tokens.Expect("=");
        return (name, Read());
    }

    private static TemplateCall Call(TemplateRun run, object? value,
        Func<TemplateRun, (List<object?> Values, Dictionary<string, object?> Named)> arguments, int line)
    {
        run.Work(1, line);
        var (values, named) = arguments(run);
        return new(run, value, values, named, line);
    }

    private static T Known<T>(Dictionary<string, T> all, string name, string kind, int line) =>
        all.TryGetValue(name, out var known) ? known : throw TemplateFault.At(line, $"has the {kind} '{name}', which is not known here");
}
