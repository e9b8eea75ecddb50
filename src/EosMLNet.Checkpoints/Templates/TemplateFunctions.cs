namespace EosMLNet.Checkpoints;

/// <summary>The filters, methods, tests and functions of Jinja that chat templates use.</summary>
internal static class TemplateFunctions
{
    /// <summary>By their names, what stands behind <c>|</c>.</summary>
    internal static readonly Dictionary<string, TemplateFunction> Filters = new()
    {
        ["trim"] = call => Strip(call, true, true),
        ["upper"] = call => Mapped(call, text => text.ToUpperInvariant()),
        ["lower"] = call => Mapped(call, text => text.ToLowerInvariant()),
        ["capitalize"] = call => Mapped(call, Capitalized),
        ["string"] = call => call.Subject,
        ["safe"] = call => call.Value,
        ["length"] = Length,
        ["count"] = Length,
        ["list"] = call => TemplateValue.Items(call.Value, call.Run, call.Line),
        ["first"] = call => TemplateValue.Item(TemplateValue.Items(call.Value, call.Run, call.Line), 0L, call.Line),
        ["last"] = call => TemplateValue.Item(TemplateValue.Items(call.Value, call.Run, call.Line), -1L, call.Line),
        ["default"] = Default,
        ["d"] = Default,
        ["join"] = Join,
        ["replace"] = Replace,
        ["selectattr"] = call => Select(call, selected: true),
        ["rejectattr"] = call => Select(call, selected: false),
        ["map"] = MapAttribute,
    };

    /// <summary>By their names, what texts and dictionaries can be asked for with a dot and brackets.</summary>
    internal static readonly Dictionary<string, TemplateFunction> Methods = new()
    {
        ["strip"] = call => Strip(call, true, true),
        ["lstrip"] = call => Strip(call, true, false),
        ["rstrip"] = call => Strip(call, false, true),
        ["upper"] = Filters["upper"],
        ["lower"] = Filters["lower"],
        ["capitalize"] = Filters["capitalize"],
        ["replace"] = Replace,
        ["startswith"] = call => Counted(call).Text.StartsWith(call.Text(0), StringComparison.Ordinal),
        ["endswith"] = call => Counted(call).Text.EndsWith(call.Text(0), StringComparison.Ordinal),
        ["split"] = Split,
        ["get"] = call => call.Value is Dictionary<string, object?> map
            ? map.TryGetValue(call.Text(0), out var value) ? value : call.Arguments.Count > 1 ? call[1] : null
            : throw TemplateFault.At(call.Line, $"calls get of {TemplateValue.Name(call.Value)}"),
    };

    /// <summary>By their names, what stands behind <c>is</c>.</summary>
    internal static readonly Dictionary<string, Func<object?, bool>> Tests = new()
    {
        ["defined"] = value => value != TemplateValue.Undefined,
        ["undefined"] = value => value == TemplateValue.Undefined,
        ["none"] = value => value is null,
        ["string"] = value => value is TemplateText,
        ["mapping"] = value => value is Dictionary<string, object?>,
        ["iterable"] = HasItems,
        ["sequence"] = HasItems,
        ["number"] = value => value is long or double or bool,
        ["integer"] = value => value is long,
        ["boolean"] = value => value is bool,
        ["true"] = value => value is true,
        ["false"] = value => value is false,
    };

    /// <summary>By their names, what can be called by itself.</summary>
    internal static readonly Dictionary<string, object?> Globals = new()
    {
        ["namespace"] = (TemplateFunction)(call => new Dictionary<string, object?>(call.Named)),
        ["raise_exception"] = (TemplateFunction)(call => throw TemplateFault.At(call.Line, $"refuses: {call.Text(0)}")),
    };

    // What is not there is empty, as in Jinja.
    private static bool HasItems(object? value) =>
        value is TemplateText or List<object?> or Dictionary<string, object?> || value == TemplateValue.Undefined;

    // The subject of what looks at all of it.
    private static TemplateText Counted(TemplateCall call)
    {
        call.Run.Work(call.Subject.Length, call.Line);
        return call.Subject;
    }

    private static TemplateText Mapped(TemplateCall call, Func<string, string> change) => Counted(call).Map(change);

    private static TemplateText Strip(TemplateCall call, bool start, bool end)
    {
        if (call.Arguments.Count == 0)
            return Counted(call).Trim(char.IsWhiteSpace, start, end);
        var characters = call.Text(0);
        call.Run.Search(call.Subject.Length, characters.Length, call.Line);
        return call.Subject.Trim(characters.Contains, start, end);
    }

    private static object? Length(TemplateCall call) =>
        (long)(call.Value is TemplateText text ? text.Length : TemplateValue.Items(call.Value, call.Run, call.Line).Count);

    private static string Capitalized(string text) =>
        text.Length == 0 ? text : text[..1].ToUpperInvariant() + text[1..].ToLowerInvariant();

    private static object? Default(TemplateCall call)
    {
        var forFalse = TemplateValue.IsTrue(call.Named.GetValueOrDefault("boolean", call[1]));
        return call.Value == TemplateValue.Undefined || (forFalse && !TemplateValue.IsTrue(call.Value))
            ? call.Arguments.Count > 0 ? call[0] : TemplateText.Empty : call.Value;
    }

    private static TemplateText Join(TemplateCall call)
    {
        var between = call.Arguments.Count > 0 ? TemplateValue.Text(call[0], call.Line) : TemplateText.Empty;
        List<TemplateText> parts = [];
        foreach (var item in TemplateValue.Items(call.Value, call.Run, call.Line))
        {
            if (parts.Count > 0)
                parts.Add(between);
            parts.Add(TemplateValue.Text(item, call.Line));
            call.Run.Work(parts[^1].Length + between.Length, call.Line);
        }
        return TemplateText.Concat(parts);
    }

    // Inside of a user's text, too: a template that does so means it.
    private static TemplateText Replace(TemplateCall call)
    {
        if (call.Text(0).Length == 0)
            throw TemplateFault.At(call.Line, "replaces an empty text");
        if (call.Arguments.Count != 2)
            throw TemplateFault.At(call.Line, "replaces a text otherwise than by another, wherever it is");
        call.Run.Search(call.Subject.Length, call.Text(0).Length, call.Line);
        List<TemplateText> parts = [];
        foreach (var part in call.Subject.Split(call.Text(0)))
        {
            if (parts.Count > 0)
                parts.Add(TemplateValue.Text(call[1], call.Line));
            parts.Add(part);
            call.Run.Work(part.Length + parts[^1].Length, call.Line);
        }
        return TemplateText.Concat(parts);
    }

    private static List<object?> Split(TemplateCall call)
    {
        if (call.Arguments.Count != 1 || call.Text(0).Length == 0)
            throw TemplateFault.At(call.Line, "splits a text otherwise than at another text");
        call.Run.Search(call.Subject.Length, call.Text(0).Length, call.Line);
        return [.. call.Subject.Split(call.Text(0))];
    }

    private static List<object?> Select(TemplateCall call, bool selected) =>
        CountedItems(call).FindAll(item => Holds(call, TemplateValue.Item(item, call[0], call.Line)) == selected);

    private static List<object?> CountedItems(TemplateCall call)
    {
        var items = TemplateValue.Items(call.Value, call.Run, call.Line);
        call.Run.Work(8 * items.Count, call.Line);
        return items;
    }

    private static bool Holds(TemplateCall call, object? value)
    {
        if (call.Arguments.Count == 1)
            return TemplateValue.IsTrue(value);
        var test = call.Text(1);
        return test switch
        {
            "equalto" or "eq" or "==" => TemplateValue.AreEqual(value, call[2], call.Run, call.Line),
            "ne" or "!=" => !TemplateValue.AreEqual(value, call[2], call.Run, call.Line),
            "in" => TemplateValue.Contains(call[2], value, call.Run, call.Line),
            _ => Tests.TryGetValue(test, out var known) ? known(value)
                : throw TemplateFault.At(call.Line, $"has the test '{test}', which is not known here"),
        };
    }

    private static List<object?> MapAttribute(TemplateCall call) => call.Named.TryGetValue("attribute", out var name)
        ? [.. CountedItems(call).Select(item => TemplateValue.Item(item, name, call.Line))]
        : throw TemplateFault.At(call.Line, "has the filter 'map' without 'attribute'");
}
