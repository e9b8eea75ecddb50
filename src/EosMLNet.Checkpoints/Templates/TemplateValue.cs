using System.Globalization;

namespace EosMLNet.Checkpoints;

/// <summary>
/// The values of a template and what can be done with them. A value is null, <see cref="Undefined"/>, a truth value, a whole or a real
/// number, a <see cref="TemplateText"/>, a list, a dictionary, or a function.
/// </summary>
internal static class TemplateValue
{
    /// <summary>The value of a variable that was never set.</summary>
    internal static readonly object Undefined = new();

    /// <summary>Whether a condition holds that is this value.</summary>
    internal static bool IsTrue(object? value) => value switch
    {
        null => false,
        bool truth => truth,
        long whole => whole != 0,
        double real => real != 0,
        TemplateText text => text.Length > 0,
        List<object?> list => list.Count > 0,
        Dictionary<string, object?> map => map.Count > 0,
        _ => value != Undefined,
    };

    /// <summary>Whether two values are equal.</summary>
    internal static bool AreEqual(object? left, object? right, TemplateRun run, int line)
    {
        // Lists may lie in each other as deep as there are steps, and a list in another several times: no call for each, and each is work.
        Stack<(object? Left, object? Right)> pairs = new([(left, right)]);
        while (pairs.TryPop(out var pair))
        {
            switch (pair)
            {
                case (List<object?> a, List<object?> b):
                    if (a.Count != b.Count)
                        return false;
                    run.Work(8 * a.Count, line);
                    for (var i = a.Count - 1; i >= 0; i--)
                        pairs.Push((a[i], b[i]));
                    break;
                case (Dictionary<string, object?> a, Dictionary<string, object?> b) when a != b:
                    if (a.Count != b.Count)
                        return false;
                    run.Work(8 * a.Count, line);
                    foreach (var (key, value) in a)
                    {
                        if (!b.TryGetValue(key, out var other))
                            return false;
                        pairs.Push((value, other));
                    }
                    break;
                default:
                    if (!AreEqualSingle(pair.Left, pair.Right, run, line))
                        return false;
                    break;
            }
        }
        return true;
    }

    /// <summary>Below, at or above 0, as the first of two values is smaller, equal or larger.</summary>
    internal static int Compare(object? left, object? right, TemplateRun run, int line)
    {
        if (left is TemplateText a && right is TemplateText b)
        {
            run.Work(Math.Min(a.Length, b.Length), line);
            return string.CompareOrdinal(a.Text, b.Text);
        }
        return left is long or double or bool && right is long or double or bool ? Number(left).CompareTo(Number(right))
            : throw TemplateFault.At(line, $"compares {Name(left)} with {Name(right)}");
    }

    /// <summary>Whether a list has an item, a dictionary a key, or a text a part.</summary>
    internal static bool Contains(object? whole, object? part, TemplateRun run, int line) => (whole, part) switch
    {
        (TemplateText text, TemplateText wanted) => Find(text, wanted, run, line),
        (Dictionary<string, object?> map, _) => part is TemplateText key && map.ContainsKey(key.Text),
        (List<object?> list, _) => list.Exists(item => AreEqual(item, part, run, line)),
        _ when whole == Undefined => false,
        _ => throw TemplateFault.At(line, $"looks for something in {Name(whole)}"),
    };

    /// <summary>An item of a list, a character of a text, an entry of a dictionary; undefined where there is none.</summary>
    internal static object? Item(object? whole, object? key, int line) => (whole, key) switch
    {
        (Dictionary<string, object?> map, TemplateText name) => map.TryGetValue(name.Text, out var value) ? value : Undefined,
        (List<object?> list, long index) => Index(index, list.Count) is { } at ? list[at] : Undefined,
        (TemplateText text, long index) => Index(index, text.Length) is { } at ? text.Slice(at, 1) : Undefined,
        (null, _) or (TemplateText or List<object?>, TemplateText) => Undefined,
        _ when whole == Undefined => throw TemplateFault.At(line, $"asks for '{key}' of something that is not there"),
        _ => throw TemplateFault.At(line, $"asks for an item of {Name(whole)} by {Name(key)}"),
    };

    /// <summary>A part of a list or a text.</summary>
    internal static object? Slice(object? whole, long? from, long? to, long step, TemplateRun run, int line)
    {
        var count = whole switch
        {
            List<object?> list => list.Count,
            TemplateText text => text.Length,
            _ => throw TemplateFault.At(line, $"takes a part of {Name(whole)}"),
        };
        if (step is not (1 or -1))
            throw TemplateFault.At(line, $"takes a part in steps of {step}");
        var (first, last) = step == 1 ? (Place(from ?? 0), Place(to ?? count)) : (0, count);
        if (step == -1 && (from ?? to) is not null)
            throw TemplateFault.At(line, "takes a part backwards");
        var length = Math.Max(0, last - first);
        run.Work(8 * length, line);
        if (whole is TemplateText characters)
        {
            return step == 1 ? characters.Slice(first, length)
                : throw TemplateFault.At(line, "turns a text around");
        }
        var items = ((List<object?>)whole!).GetRange(first, length);
        if (step == -1)
            items.Reverse();
        return items;

        int Place(long at) => (int)Math.Clamp(at < 0 ? at + count : at, 0, count);
    }

    /// <summary>Texts and lists one behind the other, numbers added.</summary>
    internal static object? Add(object? left, object? right, TemplateRun run, int line)
    {
        switch (left, right)
        {
            case (TemplateText a, TemplateText b):
                return Join(a, b, run, line);
            case (List<object?> a, List<object?> b):
                run.Work(8 * (a.Count + b.Count), line);
                return (List<object?>)[.. a, .. b];
            default:
                return Calculate('+', left, right, line);
        }
    }

    /// <summary>Two texts, one behind the other.</summary>
    internal static TemplateText Join(TemplateText left, TemplateText right, TemplateRun run, int line)
    {
        run.Work(left.Length + right.Length, line);
        return TemplateText.Concat([left, right]);
    }

    /// <summary>Arithmetic: <c>+</c>, <c>-</c>, <c>*</c>, <c>%</c>, <c>/</c>, and <c>//</c> as <c>d</c>.</summary>
    internal static object Calculate(char sign, object? left, object? right, int line)
    {
        if (left is not (long or double or bool) || right is not (long or double or bool))
            throw TemplateFault.At(line, $"calculates with {Name(left)} and {Name(right)}");
        var (a, b) = (Number(left), Number(right));
        if (b == 0 && sign is '/' or 'd' or '%')
            throw TemplateFault.At(line, "divides by 0");
        var result = sign switch
        {
            '+' => a + b,
            '-' => a - b,
            '*' => a * b,
            '/' => a / b,
            'd' => Math.Floor(a / b),
            _ => a - b * Math.Floor(a / b),
        };
        return left is double || right is double || sign == '/' || Math.Abs(result) > 1L << 52 ? result : (object)(long)result;
    }

    /// <summary>What is written of a value.</summary>
    internal static TemplateText Text(object? value, int line) => value switch
    {
        TemplateText text => text,
        null => TemplateText.Of("None"),
        bool truth => TemplateText.Of(truth ? "True" : "False"),
        long whole => TemplateText.Of(whole.ToString(CultureInfo.InvariantCulture)),
        double real => TemplateText.Of(Real(real)),
        _ when value == Undefined => TemplateText.Empty,
        _ => throw TemplateFault.At(line, $"writes {Name(value)} as a text"),
    };

    /// <summary>The items of a list, the keys of a dictionary.</summary>
    internal static List<object?> Items(object? value, TemplateRun run, int line) => value switch
    {
        List<object?> list => list,
        Dictionary<string, object?> map => Keys(map, run, line),
        _ when value == Undefined => [],
        _ => throw TemplateFault.At(line, $"goes through {Name(value)}"),
    };

    /// <summary>A whole number, such as an index.</summary>
    internal static long Whole(object? value, int line) =>
        value is long whole ? whole : throw TemplateFault.At(line, $"has {Name(value)} where a whole number is expected");

    /// <summary>What a message calls a value.</summary>
    internal static string Name(object? value) => value switch
    {
        null => "None",
        bool => "a truth value",
        long or double => "a number",
        TemplateText => "a text",
        List<object?> => "a list",
        Dictionary<string, object?> => "a dictionary",
        _ => value == Undefined ? "something that is not there" : "a function",
    };

    private static bool AreEqualSingle(object? left, object? right, TemplateRun run, int line)
    {
        if (left is not TemplateText a || right is not TemplateText b)
            return left is long or double or bool && right is long or double or bool ? Number(left) == Number(right)
                : ReferenceEquals(left, right);
        run.Work(Math.Min(a.Length, b.Length), line);
        return a.Text == b.Text;
    }

    private static bool Find(TemplateText text, TemplateText wanted, TemplateRun run, int line)
    {
        run.Search(text.Length, wanted.Length, line);
        return text.Text.Contains(wanted.Text, StringComparison.Ordinal);
    }

    private static List<object?> Keys(Dictionary<string, object?> map, TemplateRun run, int line)
    {
        run.Work(8 * map.Count, line);
        return [.. map.Keys.Select(key => TemplateText.Of(key))];
    }

    // As Python writes it: the fewest digits that read as the same number, with a point in them or, from 1e16 on, an exponent.
    private static string Real(double value)
    {
        if (!double.IsFinite(value))
            return double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        var text = value.ToString("R", CultureInfo.InvariantCulture).ToLowerInvariant();
        if (text.Contains('.') || text.Contains('e'))
            return text;
        // .NET writes an exponent from 1e17 on.
        return Math.Abs(value) < 1e16 ? text + ".0" : text.Insert(value < 0 ? 2 : 1, ".").TrimEnd('0').TrimEnd('.') + "e+16";
    }

    private static double Number(object? value) => value switch
    {
        long whole => whole,
        double real => real,
        _ => value is true ? 1 : 0,
    };

    private static int? Index(long index, int count) =>
        index >= -count && index < count ? (int)(index < 0 ? index + count : index) : null;
}
