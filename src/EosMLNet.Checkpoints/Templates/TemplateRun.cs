using System.Runtime.CompilerServices;

namespace EosMLNet.Checkpoints;

/// <summary>One run of a template: its variables, what it has written, and how much it may still do.</summary>
internal sealed class TemplateRun
{
    private const int MostSteps = 1 << 20;
    private const int MostText = 1 << 22; // characters
    private const int MostCalls = 32;
    private const int ComparedAtOnce = 16; // characters
    private readonly Stack<Dictionary<string, object?>> _scopes = new();
    private List<TemplateText> _written = [];
    private long _length;
    private int _steps;

    /// <summary>Begins with the variables that a template is given.</summary>
    internal TemplateRun(IReadOnlyDictionary<string, object?> variables) => _scopes.Push(new(variables));

    /// <summary>What has been written.</summary>
    internal TemplateText Written => TemplateText.Concat(_written);

    /// <summary>The value of a variable; <see cref="TemplateValue.Undefined"/> where there is none.</summary>
    internal object? Get(string name)
    {
        foreach (var scope in _scopes)
        {
            if (scope.TryGetValue(name, out var value))
                return value;
        }
        return TemplateValue.Undefined;
    }

    /// <summary>Sets a variable of the innermost scope.</summary>
    internal void Set(string name, object? value) => _scopes.Peek()[name] = value;

    /// <summary>Writes a text.</summary>
    internal void Write(TemplateText text, int line)
    {
        _length += text.Length;
        Work(text.Length, line);
        if (_length > MostText)
            throw TemplateFault.At(line, $"has written more than {MostText} characters");
        _written.Add(text);
    }

    /// <summary>Does something in a scope of its own.</summary>
    internal void InScope(Action work)
    {
        _scopes.Push([]);
        try
        {
            work();
        }
        finally
        {
            _scopes.Pop();
        }
    }

    /// <summary>What a macro or a block writes, which is not written yet.</summary>
    internal TemplateText Capture(int line, Action work)
    {
        if (_scopes.Count > MostCalls || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw TemplateFault.At(line, $"is more than {MostCalls} loops and calls deep");
        var outer = _written;
        _written = [];
        try
        {
            InScope(work);
            _length -= _written.Sum(text => (long)text.Length);
            return Written;
        }
        finally
        {
            _written = outer;
        }
    }

    /// <summary>Counts the work of looking for a text in another.</summary>
    /// <param name="length">Characters of the other.</param>
    /// <param name="wanted">Characters that are looked for: at worst all of them are compared at each place, many at once.</param>
    /// <param name="line">The line that asked for it.</param>
    internal void Search(int length, int wanted, int line) =>
        Work((int)Math.Min(int.MaxValue, length + (long)length * wanted / ComparedAtOnce), line);

    /// <summary>Counts work that was done.</summary>
    /// <param name="size">How many characters or items it was about.</param>
    /// <param name="line">The line that asked for it.</param>
    internal void Work(int size, int line)
    {
        _steps += 1 + (size >> 3);
        if (_steps > MostSteps)
            throw TemplateFault.At(line, $"is reached after {MostSteps} steps: it does not end");
    }
}
