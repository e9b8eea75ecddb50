namespace EosMLNet.Checkpoints;

/// <summary>Reads the statements of a template.</summary>
internal sealed class TemplateParser
{
    private const int SizeOfScope = 64; // the variables of one turn of a loop, in characters that take as long
    private readonly TemplateTokens _tokens;
    private readonly TemplateExpressionParser _expressions;

    private TemplateParser(TemplateTokens tokens) => (_tokens, _expressions) = (tokens, new(tokens));

    /// <summary>Reads a whole template.</summary>
    internal static TemplateStatement Read(string source)
    {
        var parser = new TemplateParser(new(TemplateLexer.Read(source)));
        var body = parser.ReadBody([]);
        return parser._tokens.Next.Kind == TemplateTokenKind.End ? body : throw parser._tokens.Unexpected("a statement");
    }

    // Up to one of the words that end it, which is left to be read.
    private TemplateStatement ReadBody(IReadOnlyCollection<string> ends) => _tokens.Nested<TemplateStatement>(() =>
    {
        var first = _tokens.Line;
        List<TemplateStatement> parts = [];
        while (true)
        {
            switch (_tokens.Next.Kind)
            {
                case TemplateTokenKind.Text:
                    var (line, text) = (_tokens.Line, TemplateText.Of(_tokens.Take().Text));
                    parts.Add(run => run.Write(text, line));
                    break;
                case TemplateTokenKind.Output:
                    parts.Add(ReadOutput());
                    break;
                case TemplateTokenKind.Statement when !ends.Any(_tokens.IsSecond):
                    parts.Add(ReadStatement());
                    break;
                case TemplateTokenKind.End when ends.Count > 0:
                    throw _tokens.Unexpected($"'{ends.Last()}'");
                default:
                    return run =>
                    {
                        run.Work(8 * parts.Count, first);
                        parts.ForEach(part => part(run));
                    };
            }
        }
    });

    // It is as much work as it has tokens.
    private TemplateExpression Expression(Func<TemplateExpression> read)
    {
        var line = _tokens.Line;
        var (value, length) = _tokens.Counted(read);
        return run =>
        {
            run.Work(8 * length, line);
            return value(run);
        };
    }

    private TemplateStatement ReadOutput()
    {
        var line = _tokens.Take().Line;
        var value = Expression(_expressions.Read);
        _tokens.Close();
        return run => run.Write(TemplateValue.Text(value(run), line), line);
    }

    private TemplateStatement ReadStatement()
    {
        _tokens.Take();
        var line = _tokens.Line;
        var word = _tokens.Expect(TemplateTokenKind.Name, "a statement");
        switch (word)
        {
            case "if":
                return ReadIf();
            case "for":
                return ReadFor(line);
            case "set":
                return ReadSet(line);
            case "macro":
                return ReadMacro();
            case "generation": // marks for training what the model answers
                _tokens.Close();
                var body = ReadBody(["endgeneration"]);
                End("endgeneration");
                return body;
            default:
                throw TemplateFault.At(line, $"has the statement '{word}', which is not known here");
        }
    }

    // Takes {% word %}.
    private void End(string word)
    {
        _tokens.Take();
        _tokens.Expect(word);
        _tokens.Close();
    }

    private TemplateStatement ReadIf()
    {
        List<(TemplateExpression Condition, TemplateStatement Body)> branches = [];
        do
        {
            var condition = Expression(_expressions.Read);
            _tokens.Close();
            branches.Add((condition, ReadBody(["elif", "else", "endif"])));
            _tokens.Take();
        }
        while (_tokens.TryTake("elif"));
        if (_tokens.TryTake("else"))
        {
            _tokens.Close();
            branches.Add((_ => true, ReadBody(["endif"])));
            _tokens.Take();
        }
        _tokens.Expect("endif");
        _tokens.Close();
        return run =>
        {
            foreach (var (condition, body) in branches)
            {
                if (!TemplateValue.IsTrue(condition(run)))
                    continue;
                body(run);
                return;
            }
        };
    }

    private TemplateStatement ReadFor(int line)
    {
        List<string> names = [_tokens.Expect(TemplateTokenKind.Name, "a name")];
        while (_tokens.TryTake(","))
            names.Add(_tokens.Expect(TemplateTokenKind.Name, "a name"));
        if (names.Count > 1)
            throw TemplateFault.At(line, $"has a loop over {string.Join(", ", names)} at once, which is not known here");
        _tokens.Expect("in");
        var list = Expression(_expressions.ReadOr);
        var filter = _tokens.TryTake("if") ? Expression(_expressions.Read) : null;
        _tokens.Close();
        var body = ReadBody(["else", "endfor"]);
        if (_tokens.IsSecond("else"))
            throw TemplateFault.At(line, "has a loop with 'else', which is not known here");
        End("endfor");
        return run =>
        {
            var items = TemplateValue.Items(list(run), run, line);
            run.Work(8 * items.Count, line);
            run.InScope(() =>
            {
                if (filter is not null)
                    items = items.FindAll(item => Chosen(run, names[0], item, filter));
            });
            for (var i = 0; i < items.Count; i++)
            {
                var at = i;
                run.Work(SizeOfScope, line);
                run.InScope(() =>
                {
                    run.Set(names[0], items[at]);
                    run.Set("loop", Place(items, at));
                    body(run);
                });
            }
        };
    }

    private static bool Chosen(TemplateRun run, string name, object? item, TemplateExpression filter)
    {
        run.Set(name, item);
        return TemplateValue.IsTrue(filter(run));
    }

    private static Dictionary<string, object?> Place(List<object?> items, int at) => new()
    {
        ["index"] = at + 1L,
        ["index0"] = (long)at,
        ["revindex"] = (long)(items.Count - at),
        ["revindex0"] = items.Count - at - 1L,
        ["first"] = at == 0,
        ["last"] = at == items.Count - 1,
        ["length"] = (long)items.Count,
        ["previtem"] = at > 0 ? items[at - 1] : TemplateValue.Undefined,
        ["nextitem"] = at + 1 < items.Count ? items[at + 1] : TemplateValue.Undefined,
    };

    private TemplateStatement ReadSet(int line)
    {
        var name = _tokens.Expect(TemplateTokenKind.Name, "a name");
        var member = _tokens.TryTake(".") ? _tokens.Expect(TemplateTokenKind.Name, "a name") : null;
        if (_tokens.Next.Kind == TemplateTokenKind.Close && member is null)
        {
            _tokens.Close();
            var body = ReadBody(["endset"]);
            End("endset");
            return run => run.Set(name, run.Capture(line, () => body(run)));
        }
        _tokens.Expect("=");
        var value = Expression(_expressions.Read);
        _tokens.Close();
        if (member is null)
            return run => run.Set(name, value(run));
        return run =>
        {
            if (run.Get(name) is not Dictionary<string, object?> space)
                throw TemplateFault.At(line, $"sets '{member}' of {TemplateValue.Name(run.Get(name))}");
            space[member] = value(run);
        };
    }

    private TemplateStatement ReadMacro()
    {
        var name = _tokens.Expect(TemplateTokenKind.Name, "a name");
        List<(string Name, TemplateExpression Default)> parameters = [];
        _tokens.Expect("(");
        while (!_tokens.TryTake(")"))
        {
            var parameter = _tokens.Expect(TemplateTokenKind.Name, "a name");
            parameters.Add((parameter, _tokens.TryTake("=") ? Expression(_expressions.Read) : _ => TemplateValue.Undefined));
            if (!_tokens.Is(")"))
                _tokens.Expect(",");
        }
        _tokens.Close();
        var body = ReadBody(["endmacro"]);
        End("endmacro");
        return run => run.Set(name, (TemplateFunction)(call => call.Run.Capture(call.Line, () =>
        {
            for (var i = 0; i < parameters.Count; i++)
            {
                var (parameter, missing) = parameters[i];
                var given = i < call.Arguments.Count ? call[i] : call.Named.GetValueOrDefault(parameter, TemplateValue.Undefined);
                call.Run.Set(parameter, given == TemplateValue.Undefined ? missing(call.Run) : given);
            }
            body(call.Run);
        })));
    }
}
